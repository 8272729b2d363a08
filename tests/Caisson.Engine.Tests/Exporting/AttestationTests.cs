using System.Security.Cryptography;
using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Engine.Tests.Exporting;

/// <summary>What is said of the exports of a build, kept with them.</summary>
public sealed class AttestationTests
{
    private const string Dockerfile = "FROM scratch\nARG TARGETARCH\nCOPY file /$TARGETARCH/file\n";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_keeps_its_digest_and_has_what_is_said_of_it_beside_it()
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        workshop.Context.File("file", "content");
        FixedAttester attester = new();
        Export[] exports = [new Export.Store([Reference.Parse("app:1")]), new Export.OciDirectory(workshop["layout"], [Reference.Parse("app:1")]), new Export.OciArchive(ExportFile.At(workshop["image.tar"]), [Reference.Parse("app:1")])];
        Built plain = await workshop.BuildAsync(Dockerfile);
        Built said = await workshop.BuildAsync(Dockerfile, request => request with { Attester = attester, Exports = [.. exports] });

        Assert.Equal(plain.Digest, said.Digest);
        Assert.Equal(3, attester.Asked.Count);
        AttestedSubject subject = Assert.Single(attester.Asked[0].Subjects);
        Assert.Equal("pkg:docker/app@1?platform=linux%2Famd64", subject.Name);
        Assert.Equal(said.Digest, subject.Digest);
        foreach (ImagePlace place in (ImagePlace[])[new ImagePlace.Store(Reference.Parse("app:1")), new ImagePlace.OciDirectory(workshop["layout"], null), new ImagePlace.OciArchive(workshop["image.tar"], null)])
        {
            await workshop.Engine.Places.UseAsync(async access =>
            {
                ImageGraph graph = await access.OpenAsync(place, new GraphReading { WithReferrers = true }, Ct);
                Assert.Equal(said.Digest, graph.Root.Digest);
                ImageManifest referrer = graph.Find(Assert.Single(graph.Referrers).Digest)!.ReadManifest(); // it was read
                Assert.Equal(said.Digest, referrer.Subject?.Digest);
                Assert.Equal("application/x.said", referrer.ArtifactType);
                Assert.Equal(Digest.OfBytes("said"u8), Assert.Single(referrer.Layers).Digest);
                return true;
            });
        }
    }

    [Fact]
    public async Task Of_an_index_the_same_is_said_of_it_and_of_each_image()
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        workshop.Context.File("file", "content");
        FixedAttester attester = new();
        Built built = await workshop.BuildAsync(Dockerfile, request => request with
        {
            Attester = attester,
            Platforms = [Platform.LinuxAmd64, Platform.LinuxArm64],
            Exports = [new Export.OciDirectory(workshop["layout"], [])],
        });
        Digest[] digests = [built.Result.Index!.Descriptor.Digest, .. built.Result.Index.Images.Select(static i => i.Descriptor.Digest)]; // for several platforms there is one
        Assert.Equal(digests, Assert.Single(attester.Asked).Subjects.Select(static s => s.Digest));
        Assert.All(attester.Asked[0].Subjects, static s => Assert.Equal("_", s.Name));
        OciLayout layout = await OciLayout.OpenAsync(workshop["layout"], ct: Ct);
        LayoutGraphSource source = new(layout, null, "the layout");
        foreach (Digest digest in digests)
            Assert.Single(await source.ReadReferrersAsync(digest, Ct));
    }

    [Fact]
    public async Task Exported_files_have_a_file_more_which_is_about_each_of_them()
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        workshop.Context.File("file", "content");
        FixedAttester attester = new();
        await workshop.BuildAsync(Dockerfile, request => request with { Attester = attester, Exports = [new Export.LocalDirectory(workshop["out"]) { AttestationPrefix = "about-", RemovesOthers = true }] });
        Assert.Equal("said", await File.ReadAllTextAsync(workshop["out/about-said.txt"], Ct));
        AttestedSubject subject = Assert.Single(attester.Asked[0].Subjects);
        Assert.Equal("amd64/file", subject.Name);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("content"u8)), subject.Digest.Hex);
        Assert.True(attester.Asked[0].IsFiles);

        string[] split = await workshop.FilesAsync(Dockerfile, request => request with { Attester = attester, Platforms = [Platform.LinuxAmd64, Platform.LinuxArm64] });
        Assert.Contains(split, static l => l.Contains("linux_arm64/said.txt", StringComparison.Ordinal));
        Assert.Equal("arm64/file", Assert.Single(attester.Asked[^1].Subjects).Name);
    }

    [Fact]
    public async Task A_file_of_the_result_is_not_written_over()
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        workshop.Context.File("said.txt", "mine");
        Assert.Contains("which is the name that its attestation gets", (await workshop.FailAsync("FROM scratch\nCOPY said.txt /\n", request =>
            request with { Attester = new FixedAttester(), Exports = [new Export.LocalDirectory(workshop["out"])] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_there_is_no_place_for_it_a_warning_says_so()
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        workshop.Context.File("file", "content");
        Built built = await workshop.BuildAsync(Dockerfile, request => request with { Attester = new FixedAttester(), Exports = [new Export.DockerArchive(ExportFile.At(workshop["docker.tar"]), [])] });
        Assert.Contains("has no place for attestations", Assert.Single(built.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_said_of_an_image_stays_as_long_as_the_image_has_a_name()
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        workshop.Context.File("file", "content");
        await workshop.BuildAsync(Dockerfile, request => request with { Attester = new FixedAttester(), Exports = [new Export.Store([Reference.Parse("app:1")])] });
        await workshop.ReopenAsync();
        await workshop.Engine.Cache.PruneAsync(new PruneRequest { All = true }, Ct);
        OciLayout layout = await OciLayout.OpenAsync(workshop.Engine.Images.LayoutPath, ct: Ct);
        Assert.Equal(2, (await layout.ReadIndexAsync(Ct)).Manifests.Length);
        Assert.True(File.Exists(layout.PathOf(Digest.OfBytes("said"u8))));

        await workshop.Engine.Images.RemoveAsync(Reference.Parse("app:1"), Ct);
        await workshop.ReopenAsync();
        await workshop.Engine.Cache.PruneAsync(new PruneRequest { All = true }, Ct);
        Assert.Empty((await layout.ReadIndexAsync(Ct)).Manifests);
        Assert.False(File.Exists(layout.PathOf(Digest.OfBytes("said"u8))));
    }
}
