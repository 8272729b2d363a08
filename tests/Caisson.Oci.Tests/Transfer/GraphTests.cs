using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;
using Caisson.Oci.Transfer;

namespace Caisson.Oci.Tests.Transfer;

public sealed class GraphTests : IDisposable
{
    private static readonly Platform Arm64 = Platform.Parse("linux/arm64");
    private readonly TempDirectory _directory = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task All_that_an_index_names_comes_through_a_layout_and_an_archive_as_it_is()
    {
        ImageGraph graph = TestGraphs.Signed(TestGraphs.Index(TestImages.Create("a", "b"), TestImages.Create(Arm64, "a")));
        OciLayout layout = await OciLayout.CreateAsync(_directory["layout"], ct: Ct);
        await new LayoutGraphSink(layout, "tag").WriteAsync(graph, Ct);
        ImageGraph read = await GraphReader.ReadAsync(new LayoutGraphSource(layout, "tag", "layout"), new GraphReading { WithReferrers = true }, Ct);
        AssertSame(graph, read);
        Assert.Empty(OciSchema.CheckLayout(layout.Path).Findings);

        string file = _directory["archive.tar"];
        await using (FileStream output = File.Create(file))
            await new OciArchiveGraphSink(output, "tag").WriteAsync(read, Ct);
        using OciArchive archive = await OciArchive.OpenAsync(file, ct: Ct);
        AssertSame(graph, await GraphReader.ReadAsync(new LayoutGraphSource(archive, null, "archive"), new GraphReading { WithReferrers = true }, Ct));
    }

    [Fact]
    public async Task What_a_registry_has_is_not_read_again_and_other_repositories_mount()
    {
        Assert.SkipUnless(Tool.Find("docker-registry") is not null, "docker-registry is not installed");
        await using RegistryProcess registry = await RegistryProcess.StartAsync();
        using RegistryClient client = new(new RegistryOptions());
        ImageGraph graph = TestGraphs.Index(TestImages.Create("a", "b"), TestImages.Create(Arm64, "a"));
        Reference first = Reference.Parse($"{registry.Authority}/one/app:1");
        Reference second = Reference.Parse($"{registry.Authority}/two/app:1");
        await new RegistryGraphSink(client, first).WriteAsync(graph, Ct);
        ImageGraph read = await GraphReader.ReadAsync(new RegistryGraphSource(client, first), GraphReading.All, Ct);
        AssertSame(graph, read);
        OpenedBlobs opened = new();
        await new RegistryGraphSink(client, first).WriteAsync(graph.Through(b => new WatchedBlobs(b, opened)), Ct);
        await new RegistryGraphSink(client, second).WriteAsync(read.Through(b => new WatchedBlobs(b, opened)), Ct);
        Assert.Empty(opened.Blobs);
        AssertSame(graph, await GraphReader.ReadAsync(new RegistryGraphSource(client, second), GraphReading.All, Ct));
    }

    [Fact]
    public async Task A_registry_gets_the_name_when_everything_that_belongs_to_it_is_there()
    {
        ImageGraph graph = TestGraphs.Signed(TestGraphs.Index(TestImages.Create("a")));
        await using ScriptedRegistry registry = new();
        using RegistryClient client = new(new RegistryOptions());
        await new RegistryGraphSink(client, registry.Reference("app:1")).WriteAsync(graph, Ct);
        Assert.Equal("PUT /v2/app/manifests/1", registry.Requests[^1].ToString());
        Assert.Contains(registry.Requests, r => r.ToString() == $"PUT /v2/app/manifests/{graph.Referrers[0].Digest}");
    }

    [Fact]
    public void Under_another_root_a_graph_keeps_what_refers_to_what_it_keeps()
    {
        Image first = TestImages.Create("a");
        Image second = TestImages.Create(Arm64, "b");
        ImageGraph graph = TestGraphs.Signed(TestGraphs.Signed(TestGraphs.Index(first, second), first.Descriptor), second.Descriptor);
        ImageGraph all = TestGraphs.Signed(graph, graph.Referrers[0]); // of the first signature
        ImageGraph part = all.WithRoot(all.Find(first.Descriptor.Digest)!); // it is there
        Assert.Equal([all.Referrers[0].Digest, all.Referrers[2].Digest], part.Referrers.Select(static r => r.Digest));
        Assert.Equal([first.Descriptor.Digest, .. part.Referrers.Select(static r => r.Digest)], part.InOrder().Select(static d => d.Descriptor.Digest));
        AssertSame(all, all.WithRoot(all.RootDocument));
    }

    [Theory]
    [InlineData(MediaTypes.DockerForeignLayerGzip)]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd")]
    public async Task A_layer_that_registries_may_not_pass_on_is_not_sent_to_one(string mediaType)
    {
        BytesSource source = new();
        Descriptor layer = source.Add(mediaType, "licensed"u8.ToArray());
        await using ScriptedRegistry registry = new();
        using RegistryClient client = new(new RegistryOptions());
        await client.PushBlobsAsync(registry.Reference("app"), [(layer with { Urls = ["https://vendor.example/layer"] }, source)], Ct);
        Assert.Empty(registry.Requests);
        await client.PushBlobsAsync(registry.Reference("app"), [(layer, source)], Ct);
        Assert.True(registry.HasBlob(layer.Digest));
    }

    [Fact]
    public async Task A_platform_that_is_not_there_is_missing_and_nothing_is_written_of_it()
    {
        Image here = TestImages.Create("a");
        Image elsewhere = TestImages.Create(Arm64, "b");
        ImageGraph graph = TestGraphs.Index(here, elsewhere);
        ImageGraph cut = new("test", graph.Root, graph.Documents.Where(d => d.Descriptor.Digest != elsewhere.Descriptor.Digest), graph.Blobs);
        OciLayout layout = await OciLayout.CreateAsync(_directory["layout"], ct: Ct);
        await new LayoutGraphSink(layout, "cut").WriteAsync(cut, Ct);
        ImageGraph read = await GraphReader.ReadAsync(new LayoutGraphSource(layout, "cut", "layout"), GraphReading.All, Ct);
        Assert.Equal([elsewhere.Descriptor.Digest], read.Missing.Select(static m => m.Digest));
        OciLayout target = await OciLayout.CreateAsync(_directory["target"], ct: Ct);
        TransferException e = await Assert.ThrowsAsync<TransferException>(() => new LayoutGraphSink(target, "cut").WriteAsync(read, Ct));
        Assert.Equal((TransferProblem.Incomplete, $"layout names {elsewhere.Descriptor.Digest} for linux/arm64, but does not have it"), (e.Problem, e.Message));
        Assert.Empty((await target.ReadIndexAsync(Ct)).Manifests);
    }

    [Fact]
    public async Task A_document_that_was_changed_is_refused()
    {
        ImageGraph graph = TestGraphs.Index(TestImages.Create("a"));
        OciLayout layout = await OciLayout.CreateAsync(_directory["layout"], ct: Ct);
        await new LayoutGraphSink(layout, "tag").WriteAsync(graph, Ct);
        string path = layout.PathOf(graph.Manifests()[0].Descriptor.Digest);
        byte[] content = await File.ReadAllBytesAsync(path, Ct);
        content[^3] ^= 1;
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(path, content, Ct);
        OciLayout again = await OciLayout.OpenAsync(layout.Path, ct: Ct);
        await Assert.ThrowsAsync<InvalidImageException>(() => GraphReader.ReadAsync(new LayoutGraphSource(again, "tag", "layout"), GraphReading.All, Ct));
    }

    [Theory]
    [InlineData(12, 1, "nested")]
    [InlineData(3, 3000, "documents")]
    public async Task A_graph_without_end_is_refused(int depth, int breadth, string word)
    {
        EndlessSource source = new(depth, breadth);
        InvalidImageException e = await Assert.ThrowsAsync<InvalidImageException>(() => GraphReader.ReadAsync(source, GraphReading.All, Ct));
        Assert.Contains(word, e.Message, StringComparison.Ordinal);
    }

    private static void AssertSame(ImageGraph expected, ImageGraph actual)
    {
        Assert.Equal(expected.Root.Digest, actual.Root.Digest);
        Assert.Equal(expected.Root.MediaType, actual.Root.MediaType);
        Assert.Equal(
            expected.Documents.Select(static d => (d.Descriptor.Digest, d.Descriptor.MediaType)).OrderBy(static d => d.Digest),
            actual.Documents.Select(static d => (d.Descriptor.Digest, d.Descriptor.MediaType)).OrderBy(static d => d.Digest));
        Assert.Equal(expected.Blobs.Select(static b => b.Blob.Digest).Order(), actual.Blobs.Select(static b => b.Blob.Digest).Order());
        Assert.Equal(expected.Referrers.Select(static r => r.Digest), actual.Referrers.Select(static r => r.Digest));
    }

    // Indexes that name further indexes, so many deep, so many beside each other.
    private sealed class EndlessSource : IGraphSource
    {
        private readonly Dictionary<Digest, byte[]> _documents = [];
        private readonly Descriptor _root;

        public EndlessSource(int depth, int breadth)
        {
            Descriptor at = Add([]);
            for (int i = 0; i < depth; i++)
                at = Add([.. Enumerable.Range(0, breadth).Select(n => Add([], n)), at]);
            _root = at;
        }

        public string Place => "endless";

        public IBlobSource Blobs { get; } = new BytesSource();

        public Task<Descriptor> ResolveAsync(CancellationToken ct) => Task.FromResult(_root);

        public Task<byte[]> ReadDocumentAsync(Descriptor document, CancellationToken ct) => Task.FromResult(_documents[document.Digest]);

        public Task<ImmutableArray<Descriptor>> ReadReferrersAsync(Digest subject, CancellationToken ct) => Task.FromResult(ImmutableArray<Descriptor>.Empty);

        private Descriptor Add(ImmutableArray<Descriptor> manifests, int number = -1)
        {
            byte[] content = OciJson.Write(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = manifests, ArtifactType = $"application/n{number}" });
            Descriptor document = Descriptor.Of(MediaTypes.OciIndex, content);
            _documents[document.Digest] = content;
            return document;
        }
    }
}
