using System.IO.Compression;
using System.IO.Pipelines;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Layout;

public sealed class OciArchiveTests : IDisposable
{
    private static readonly Reference Name = Reference.Parse("registry.example/team/app:1.0");

    private readonly TempDirectory _directory = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_same_image_gives_the_same_bytes_in_sorted_order()
    {
        byte[] one = await WriteAsync(TestImages.Create("a", "b"));
        byte[] two = await WriteAsync(TestImages.Create("a", "b"));
        Assert.Equal(one, two);
        await File.WriteAllBytesAsync(_directory["image.tar"], one, Ct);
        string[] listed = (await Tool.RunAsync("tar", "--utc", "-tvf", _directory["image.tar"])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(listed, static l => Assert.Matches("^(-rw-r--r--|drwxr-xr-x) (root|0)/(root|0) +\\d+ 1970-01-01 00:00 ", l));
        string[] names = [.. listed.Select(static l => l.Split(' ')[^1])];
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(["blobs/", "blobs/sha256/"], names[..2]);
        Assert.Equal(["index.json", "oci-layout"], names[^2..]);
        Assert.Equal(8, names.Length);
    }

    [Fact]
    public async Task A_compressed_archive_is_unpacked_to_the_file_that_the_caller_names()
    {
        Image image = TestImages.Create("gz");
        await File.WriteAllBytesAsync(_directory["image.tar.gz"], TestImages.Gzip(await WriteAsync(image)), Ct);
        InvalidImageException e = await Assert.ThrowsAsync<InvalidImageException>(() => OciArchive.OpenAsync(_directory["image.tar.gz"], ct: Ct));
        Assert.Contains("is compressed", e.Message, StringComparison.Ordinal);
        using OciArchive archive = await OciArchive.OpenAsync(_directory["image.tar.gz"], new ArchiveOptions { SpoolPath = _directory["spool"] }, Ct);
        Assert.Equal(image.ManifestBytes, (await archive.GetImageAsync(Name, Platform.LinuxAmd64, Ct)).ManifestBytes);
        Assert.False(File.Exists(_directory["spool"])); // open, but without a name: nothing can be left behind
    }

    [Fact]
    public async Task An_archive_that_comes_through_a_pipe_is_spooled()
    {
        Image image = TestImages.Create("piped");
        Pipe pipe = new();
        Task writing = Task.Run(async () =>
        {
            await new OciArchiveSink(pipe.Writer.AsStream(leaveOpen: true), Name).WriteAsync(image, Ct);
            await pipe.Writer.CompleteAsync();
        }, Ct);
        using OciArchive archive = await OciArchive.ReadAsync(pipe.Reader.AsStream(), new ArchiveOptions { SpoolPath = _directory["spool"] }, Ct);
        await writing;
        Assert.Equal(image.ManifestBytes, (await archive.GetOnlyImageAsync(Platform.LinuxAmd64, Ct)).ManifestBytes);
    }

    [Fact]
    public async Task A_compressed_archive_that_unpacks_to_too_much_is_given_up_and_leaves_nothing()
    {
        using MemoryStream bomb = new();
        await using (GZipStream gzip = new(bomb, CompressionLevel.Optimal, leaveOpen: true))
            await gzip.WriteAsync(new byte[10_000_000], Ct);
        bomb.Position = 0;
        ArchiveOptions options = new() { SpoolPath = _directory["spool"], Decompression = new DecompressionOptions { MaxBytes = 1_000_000 } };
        await Assert.ThrowsAsync<InvalidImageException>(() => OciArchive.ReadAsync(bomb, options, Ct));
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public async Task Zstd_is_read_where_the_caller_brings_a_decoder_and_named_where_not()
    {
        await File.WriteAllBytesAsync(_directory["image"], [0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0], Ct);
        ArchiveOptions options = new() { SpoolPath = _directory["spool"] };
        NotSupportedException e = await Assert.ThrowsAsync<NotSupportedException>(() => OciArchive.OpenAsync(_directory["image"], options, Ct));
        Assert.Contains("zstd", e.Message, StringComparison.Ordinal);
        byte[] tar = await WriteAsync(TestImages.Create("zstd"));
        DecompressionOptions decoder = new() { OpenZstd = _ => new MemoryStream(tar) };
        using OciArchive archive = await OciArchive.OpenAsync(_directory["image"], options with { Decompression = decoder }, Ct);
        Assert.Single((await archive.ReadIndexAsync(Ct)).Manifests);
    }

    [Fact]
    public async Task A_compressed_archive_that_is_cut_off_is_refused()
    {
        byte[] gzip = TestImages.Gzip(await WriteAsync(TestImages.Create("cut")));
        ArchiveOptions options = new() { SpoolPath = _directory["spool"] };
        await Assert.ThrowsAsync<InvalidImageException>(() => OciArchive.ReadAsync(new MemoryStream(gzip[..^9]), options, Ct));
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public async Task A_file_that_is_not_an_archive_is_refused()
    {
        await File.WriteAllBytesAsync(_directory["noise"], TestImages.Noise(5000), Ct);
        await Assert.ThrowsAsync<InvalidImageException>(() => OciArchive.OpenAsync(_directory["noise"], ct: Ct));
        await File.WriteAllBytesAsync(_directory["empty"], [], Ct);
        await Assert.ThrowsAsync<InvalidImageException>(() => OciArchive.OpenAsync(_directory["empty"], ct: Ct));
        byte[] cut = await WriteAsync(TestImages.Create("cut"));
        await File.WriteAllBytesAsync(_directory["cut"], cut[..2000], Ct);
        await Assert.ThrowsAsync<InvalidImageException>(() => OciArchive.OpenAsync(_directory["cut"], ct: Ct));
    }

    [Fact]
    public async Task An_archive_with_endless_entries_is_given_up()
    {
        TestTar tar = new();
        for (int i = 0; i < 50; i++)
            tar.File($"f{i}", "");
        await File.WriteAllBytesAsync(_directory["many.tar"], tar.ToArray(), Ct);
        InvalidImageException e = await Assert.ThrowsAsync<InvalidImageException>(() => OciArchive.OpenAsync(_directory["many.tar"], new ArchiveOptions { MaxEntries = 49 }, Ct));
        Assert.Contains("the number of entries", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("link/../../../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("oci-layout")]
    [InlineData("nowhere")]
    public async Task A_link_leads_to_nothing_outside_the_archive_and_not_in_circles(string target)
    {
        byte[] tar = new TestTar().SymbolicLink("oci-layout", target).File("index.json", """{"schemaVersion":2,"manifests":[]}""").ToArray();
        await File.WriteAllBytesAsync(_directory["links.tar"], tar, Ct);
        InvalidImageException e = await Assert.ThrowsAsync<InvalidImageException>(() => OciArchive.OpenAsync(_directory["links.tar"], ct: Ct));
        Assert.Contains("no \"oci-layout\"", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_with_dots_and_links_within_the_archive_are_understood()
    {
        byte[] tar = new TestTar().File("./index.json", """{"schemaVersion":2,"manifests":[]}""").File("real/marker", """{"imageLayoutVersion":"1.0.0"}""")
            .SymbolicLink("alias", "./real/../real/marker").HardLink("./oci-layout", "alias").ToArray();
        await File.WriteAllBytesAsync(_directory["dots.tar"], tar, Ct);
        using OciArchive archive = await OciArchive.OpenAsync(_directory["dots.tar"], ct: Ct);
        Assert.Empty((await archive.ReadIndexAsync(Ct)).Manifests);
    }

    [Fact]
    public async Task A_file_appears_only_when_the_archive_is_complete()
    {
        Image image = TestImages.Create("whole");
        using CancellationTokenSource stop = new();
        ImageLayer stopping = image.Layers[0] with { Source = new CancellingSource(stop) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new OciArchiveSink(_directory["image.tar"]).WriteAsync(Image.Create(image.Config, [stopping]), stop.Token));
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public async Task Skopeo_reads_our_archive_and_we_read_skopeos()
    {
        Tool.Require("skopeo");
        Image image = TestImages.Create("file1", "file2");
        await new OciArchiveSink(_directory["ours.tar"], Name).WriteAsync(image, Ct);
        string digest = await Tool.RunAsync("skopeo", "inspect", "--format", "{{.Digest}}", $"oci-archive:{_directory["ours.tar"]}:{Name}");
        Assert.Equal(image.Descriptor.Digest.Value, digest.Trim());
        await Tool.RunAsync("skopeo", "copy", "-q", $"oci-archive:{_directory["ours.tar"]}", $"oci-archive:{_directory["theirs.tar"]}:2.0");
        using OciArchive theirs = await OciArchive.OpenAsync(_directory["theirs.tar"], ct: Ct);
        Image found = await theirs.GetImageAsync(Reference.Parse("app:2.0"), Platform.LinuxAmd64, Ct);
        Assert.Equal(image.ManifestBytes, found.ManifestBytes);
        await using Stream layer = await found.Layers[1].OpenAsync(Ct);
        await layer.CopyToAsync(Stream.Null, Ct);
    }

    [Fact]
    public async Task An_unpacked_archive_is_a_layout()
    {
        Image image = TestImages.Create("unpacked");
        await File.WriteAllBytesAsync(_directory["image.tar"], await WriteAsync(image), Ct);
        Directory.CreateDirectory(_directory["layout"]);
        await Tool.RunAsync("tar", "-C", _directory["layout"], "-xf", _directory["image.tar"]);
        OciLayout layout = await OciLayout.OpenAsync(_directory["layout"], ct: Ct);
        Assert.Equal(image.ManifestBytes, (await layout.GetImageAsync(Name, Platform.LinuxAmd64, Ct)).ManifestBytes);
    }

    private static async Task<byte[]> WriteAsync(Image image)
    {
        using MemoryStream stream = new();
        await new OciArchiveSink(stream, Name).WriteAsync(image, Ct);
        return stream.ToArray();
    }

    private sealed class CancellingSource(CancellationTokenSource stop) : IBlobSource
    {
        public async Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct)
        {
            await stop.CancelAsync();
            ct.ThrowIfCancellationRequested();
            return Stream.Null;
        }
    }
}
