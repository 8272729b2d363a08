using System.Collections.Immutable;
using Caisson.Oci.Editing;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;
using Caisson.Oci.Transfer;

namespace Caisson.Oci.Tests.Editing;

public sealed class EditingTests
{
    private static readonly Platform Arm64 = Platform.Parse("linux/arm64");
    private static readonly Image Amd64Image = TestImages.Create("a", "b");
    private static readonly Image Arm64Image = TestImages.Create(Arm64, "a");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_platform_is_taken_as_itself()
    {
        ImageGraph selected = await PlatformSelection.SelectAsync(TestGraphs.Index(Amd64Image, Arm64Image), [Arm64], Ct);
        Assert.Equal(Arm64Image.Descriptor.Digest, selected.Root.Digest);
        Assert.Equal(2, selected.Blobs.Count);
        Assert.Single(selected.Documents);
    }

    [Fact]
    public async Task Several_platforms_keep_an_index_with_their_attestations()
    {
        Image third = TestImages.Create(Platform.Parse("linux/arm/v7"), "c");
        ImageGraph selected = await PlatformSelection.SelectAsync(TestGraphs.Index(Amd64Image, Arm64Image, third), [Platform.LinuxAmd64, Arm64], Ct);
        ImageIndex index = selected.RootDocument.ReadIndex();
        Assert.Equal([Amd64Image.Descriptor.Digest, Arm64Image.Descriptor.Digest], index.Manifests.Take(2).Select(static m => m.Digest));
        Assert.True(ImageKinds.IsBeside(Assert.Single(index.Manifests.Skip(2))));
    }

    [Fact]
    public async Task A_platform_that_is_not_there_is_named_with_those_that_are()
    {
        TransferException e = await Assert.ThrowsAsync<TransferException>(() => PlatformSelection.SelectAsync(TestGraphs.Index(Amd64Image, Arm64Image), [Platform.Parse("linux/s390x")], Ct));
        Assert.Equal("test has no image for linux/s390x; it has linux/amd64, linux/arm64", e.Message);
        e = await Assert.ThrowsAsync<TransferException>(() => PlatformSelection.SelectAsync(ImageGraph.Of("test", Amd64Image), [Arm64], Ct));
        Assert.Equal("test has no image for linux/arm64; it is for linux/amd64", e.Message);
    }

    [Fact]
    public void Conversion_to_Docker_and_back_gives_the_same_image()
    {
        ImageGraph graph = ImageGraph.Of("test", Amd64Image);
        EditedGraph docker = FormatConversion.Convert(graph, ImageFormat.Docker);
        Assert.Equal(MediaTypes.DockerManifest, docker.Graph.Root.MediaType);
        ImageManifest manifest = docker.Graph.RootDocument.ReadManifest();
        Assert.Equal((MediaTypes.DockerConfig, MediaTypes.DockerLayerGzip), (manifest.Config.MediaType, manifest.Layers[0].MediaType));
        Assert.Equal(Amd64Image.Manifest.Layers.Select(static l => l.Digest), manifest.Layers.Select(static l => l.Digest));
        Assert.Equal(graph.Root.Digest, FormatConversion.Convert(docker.Graph, ImageFormat.Oci).Graph.Root.Digest);
        Assert.Same(graph, FormatConversion.Convert(graph, ImageFormat.Oci).Graph);
    }

    [Fact]
    public void Docker_has_no_attestations_and_that_is_said()
    {
        EditedGraph docker = FormatConversion.Convert(TestGraphs.Index(Amd64Image, Arm64Image), ImageFormat.Docker);
        Assert.Equal(["2 attestations or artifacts: Docker's format has no word for them"], docker.LeftOut);
        Assert.Equal([MediaTypes.DockerManifest, MediaTypes.DockerManifest], docker.Graph.RootDocument.ReadIndex().Manifests.Select(static m => m.MediaType));
        Assert.Equal(MediaTypes.DockerIndex, docker.Graph.Root.MediaType);
    }

    [Fact]
    public void An_attestation_speaks_of_the_converted_image()
    {
        ImageGraph docker = FormatConversion.Convert(ImageGraph.Of("test", Amd64Image), ImageFormat.Docker).Graph;
        Descriptor entry = docker.Root with { Platform = Platform.LinuxAmd64 };
        ImageIndex index = TestGraphs.Index(Amd64Image).RootDocument.ReadIndex();
        Descriptor attestation = index.Manifests[1] with { Annotations = index.Manifests[1].Annotations!.SetItem(ImageKinds.SubjectAnnotation, docker.Root.Digest.Value) };
        GraphDocument root = GraphDocument.Of(index with { Manifests = [entry, attestation] });
        ImageGraph mixed = new("test", root.Descriptor, [root, .. docker.Documents, .. TestGraphs.Index(Amd64Image).Documents], [.. docker.Blobs, .. TestGraphs.Index(Amd64Image).Blobs]);
        ImageIndex converted = FormatConversion.Convert(mixed, ImageFormat.Oci).Graph.RootDocument.ReadIndex();
        Assert.Equal(Amd64Image.Descriptor.Digest, converted.Manifests[0].Digest);
        Assert.Equal(Amd64Image.Descriptor.Digest.Value, converted.Manifests[1].Annotations![ImageKinds.SubjectAnnotation]);
    }

    [Fact]
    public void Rebasing_takes_the_new_base_s_layers_and_history_and_the_image_s_own()
    {
        Image oldBase = TestImages.Create("os");
        Image newBase = TestImages.Create("os2", "patch");
        Image image = LayerAppend.Apply(oldBase, [(Amd64Image.Layers[0], "COPY app /")], null).WithConfig(static c => c with { User = "app" });
        Image moved = BaseChange.Apply(image, oldBase, newBase, "docker.io/library/os:2");
        Assert.Equal([newBase.Layers[0].DiffId, newBase.Layers[1].DiffId, Amd64Image.Layers[0].DiffId], moved.Layers.Select(static l => l.DiffId));
        Assert.Equal(["COPY os2 /", "COPY patch /", "COPY app /"], moved.Config.History!.Value.Select(static h => h.CreatedBy));
        Assert.Equal("app", moved.Config.Config.User);
        Assert.Equal("docker.io/library/os:2", moved.Manifest.Annotations![BaseChange.NameAnnotation]);
        Assert.Equal(newBase.Descriptor.Digest.Value, moved.Manifest.Annotations![BaseChange.DigestAnnotation]);
    }

    [Fact]
    public void An_image_that_stands_on_something_else_is_not_rebased()
    {
        Image oldBase = TestImages.Create("os");
        TransferException e = Assert.Throws<TransferException>(() => BaseChange.Apply(Amd64Image, oldBase, oldBase, null));
        Assert.Equal(TransferProblem.OtherBase, e.Problem);
        Assert.Contains("layer 1 is", e.Message, StringComparison.Ordinal);
        Image taller = TestImages.Create("a", "b", "c");
        Assert.Contains("the image has 2 layers, the base 3", Assert.Throws<TransferException>(() => BaseChange.Apply(Amd64Image, taller, taller, null)).Message, StringComparison.Ordinal);
        Assert.Contains("the new base is for linux/arm64", Assert.Throws<TransferException>(() => BaseChange.Apply(Amd64Image, TestImages.Create("a"), Arm64Image, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_of_an_index_edits_each_image_and_leaves_attestations_out()
    {
        EditedGraph edited = await ImageEdit.ApplyAsync(TestGraphs.Signed(TestGraphs.Index(Amd64Image, Arm64Image)), static i => Task.FromResult(i.WithConfig(static c => c with { User = "x" })), Ct);
        ImageIndex index = edited.Graph.RootDocument.ReadIndex();
        Assert.Equal(["linux/amd64", "linux/arm64"], index.Manifests.Select(static m => m.Platform!.ToString()));
        Assert.Equal("x", (await edited.Graph.GetImageAsync(Arm64, Ct)).Config.Config.User);
        Assert.Equal(2, edited.LeftOut.Length);
    }

    [Fact]
    public async Task An_index_is_made_changed_and_emptied()
    {
        ImageGraph amd64 = ImageGraph.Of("one", Amd64Image);
        ImageGraph arm64 = ImageGraph.Of("two", Arm64Image);
        ImmutableSortedDictionary<string, string> annotations = ImmutableSortedDictionary<string, string>.Empty.Add("a", "b");
        ImageGraph index = await IndexEdit.CreateAsync([amd64, arm64], annotations, Ct);
        Assert.Equal("b", index.RootDocument.ReadIndex().Annotations!["a"]);
        Assert.Equal(["linux/amd64", "linux/arm64"], Platforms(index));
        // Once more the same: nothing is named twice.
        Assert.Equal(index.Root.Digest, (await IndexEdit.CreateAsync([index, amd64], annotations, Ct)).Root.Digest);

        Image newer = TestImages.Create(Arm64, "newer");
        TransferException e = await Assert.ThrowsAsync<TransferException>(() => IndexEdit.AddAsync(index, [ImageGraph.Of("three", newer)], replaces: false, annotations: null, Ct));
        Assert.Equal((TransferProblem.PlatformTwice, "one and three are both for linux/arm64"), (e.Problem, e.Message));
        ImageGraph replaced = await IndexEdit.AddAsync(index, [ImageGraph.Of("three", newer)], replaces: true, annotations: null, Ct);
        Assert.Equal([Amd64Image.Descriptor.Digest, newer.Descriptor.Digest], replaced.RootDocument.ReadIndex().Manifests.Select(static m => m.Digest));
        Assert.Equal("b", replaced.RootDocument.ReadIndex().Annotations!["a"]);

        Assert.Equal(["linux/amd64"], Platforms(IndexEdit.Remove(replaced, ["linux/arm64"])));
        Assert.Equal(["linux/arm64"], Platforms(IndexEdit.Remove(replaced, [Amd64Image.Descriptor.Digest.Value])));
        Assert.Equal(TransferProblem.NoSuchEntry, Assert.Throws<TransferException>(() => IndexEdit.Remove(replaced, ["linux/s390x"])).Problem);
        Assert.Equal(TransferProblem.NoIndex, Assert.Throws<TransferException>(() => IndexEdit.Remove(amd64, ["linux/amd64"])).Problem);
    }

    [Fact]
    public void Removing_an_image_removes_its_attestation()
    {
        ImageGraph left = IndexEdit.Remove(TestGraphs.Index(Amd64Image, Arm64Image), ["linux/amd64"]);
        Assert.Equal([Arm64Image.Descriptor.Digest], left.Manifests().Select(static m => m.Descriptor.Digest));
    }

    private static string[] Platforms(ImageGraph graph) => [.. graph.RootDocument.ReadIndex().Manifests.Select(static m => m.Platform!.ToString())];
}
