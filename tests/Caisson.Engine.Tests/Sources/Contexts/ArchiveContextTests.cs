using Caisson.Dockerfile.Source;
using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Tar;
using Caisson.Oci.Tests.Registry.Testing;

namespace Caisson.Engine.Tests.Sources.Contexts;

/// <summary>Archives as build contexts: on standard input, in a file, and in the web.</summary>
public sealed class ArchiveContextTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync() => _workshop = await Workshop.OpenAsync();

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Theory]
    [InlineData("cat")]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    [InlineData("zstd")]
    public async Task An_archive_is_known_by_what_it_holds(string compressor)
    {
        Tool.Require(compressor);
        _workshop.Context.File("Dockerfile", "FROM scratch\nCOPY sub /\n").File("sub/a", "A").File(".dockerignore", "sub\n");
        string archive = _workshop["archive"];
        await Tool.RunAsync("sh", "-c", $"tar -C '{_workshop.Context.Path}' --owner=0 --group=0 -c . | {compressor} > '{archive}'");
        byte[] bytes = await File.ReadAllBytesAsync(archive, TestContext.Current.CancellationToken);
        await using FaultServer server = new(e => e.RespondAsync(200, "", bytes));
        string[] expected = ["f 0644 0:0 a \"A\""];
        Assert.Equal(expected, await FilesAsync("-", bytes));
        Assert.Equal(expected, await FilesAsync(archive));
        Assert.Equal(expected, await FilesAsync(server.Address + "/context"));
    }

    [Fact]
    public async Task The_Dockerfile_is_named_within_the_archive_or_comes_from_this_machine()
    {
        byte[] archive = await Bases.ArchiveAsync(Bases.File("sub/other", "FROM scratch\nCOPY a /\n"), Bases.File("a", "A"));
        string[] expected = ["f 0644 0:0 a \"A\""];
        Assert.Equal(expected, await FilesAsync("-", archive, "sub/other"));
        _workshop.Context.File("mine", "FROM scratch\nCOPY a /\n");
        Assert.Equal(expected, await FilesAsync("-", archive, _workshop.Context["mine"]));
        Diagnostic finding = await FailAsync(archive);
        Assert.Equal((EngineCodes.DockerfileUnreadable, "there is no dockerfile in the build context"), (finding.Code, finding.Message.ToLowerInvariant()));
    }

    [Fact]
    public async Task Owners_are_those_of_the_archive_and_times_those_of_the_image()
    {
        (TarEntry Entry, string Content) file = (new TarEntry { Type = TarEntryType.File, Path = "a", Mode = 0x1A4, Uid = 7, Gid = 8, ModifiedSeconds = 5000 }, "A");
        byte[] archive = await Bases.ArchiveAsync(Bases.File("Dockerfile", "FROM scratch\nCOPY a /\n"), file);
        Built built = await Workshop.BuildAsync(_workshop.Engine, Request("-", archive));
        Assert.Equal(["f 0644 7:8 a \"A\" @5000"], await Layers.OfAsync(built.Image.Layers[0], withTimes: true));
        Assert.Equal(5000, built.Image.Config.Created?.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task The_same_archive_is_the_same_step()
    {
        byte[] archive = await Bases.ArchiveAsync(Bases.File("Dockerfile", "FROM scratch\nCOPY a /\n"), Bases.File("a", "A"));
        await Workshop.BuildAsync(_workshop.Engine, Request("-", archive));
        Assert.Equal(["COPY a / cached"], (await Workshop.BuildAsync(_workshop.Engine, Request("-", archive))).Steps);
    }

    [Fact]
    public async Task What_is_missing_is_missing_in_the_build_context()
    {
        byte[] archive = await Bases.ArchiveAsync(Bases.File("Dockerfile", "FROM scratch\nCOPY appp /\n"), Bases.File("app", "A"));
        Diagnostic finding = await FailAsync(archive);
        Assert.Equal(("\"appp\" is not in the build context", "did you mean \"app\"?"), (finding.Message, finding.Hint));
    }

    [Fact]
    public async Task A_link_to_the_machine_leads_nowhere()
    {
        byte[] archive = await Bases.ArchiveAsync(Bases.Link("Dockerfile", "/etc/passwd"));
        Assert.Equal(EngineCodes.DockerfileUnreadable, (await FailAsync(archive)).Code);
        archive = await Bases.ArchiveAsync(Bases.File("Dockerfile", "FROM scratch\nCOPY out/passwd /\n"), Bases.Link("out", "/etc"));
        Assert.Equal(EngineCodes.SourceNotFound, (await FailAsync(archive)).Code);
    }

    [Fact]
    public async Task An_archive_that_wants_out_is_refused()
    {
        byte[] archive = await Bases.ArchiveAsync(Bases.File("Dockerfile", "FROM scratch\n"), Bases.File("xx/evil", "E"));
        int at = archive.AsSpan().IndexOf("xx/evil"u8);
        "../evil"u8.CopyTo(archive.AsSpan(at));
        FixChecksum(archive.AsSpan(at, 512));
        Assert.Equal(EngineCodes.UnknownContext, (await FailAsync(archive)).Code);
    }

    [Fact]
    public async Task A_damaged_archive_is_told()
    {
        byte[] archive = await Bases.ArchiveAsync(Bases.File("Dockerfile", "FROM scratch\n"), Bases.File("a", new string('x', 5000)));
        Diagnostic finding = await FailAsync(archive[..2500]);
        Assert.Equal(EngineCodes.UnknownContext, finding.Code);
        Assert.StartsWith("the archive in the build context (standard input) cannot be unpacked: ", finding.Message, StringComparison.Ordinal);
        Assert.Equal("what is compressed in it is no tar", (await FailAsync([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3])).Hint);
    }

    // POSIX ustar: the sum of all bytes, those of the sum itself taken as blanks.
    private static void FixChecksum(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte b in header)
            sum += b;
        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0").CopyTo(header[148..]);
    }

    private Task<string[]> FilesAsync(string context, byte[]? input = null, string? dockerfile = null) => _workshop.FilesAsync("", _ => Request(context, input, dockerfile));

    private Task<Diagnostic> FailAsync(byte[] input) => _workshop.FailAsync("", _ => Request("-", input));

    private static BuildRequest Request(string context, byte[]? input = null, string? dockerfile = null) => new()
    {
        Context = BuildContext.FromLocation(context),
        DockerfilePath = dockerfile,
        StandardInput = input is null ? null : new MemoryStream(input),
        Exports = [new Export.Store([])],
    };
}
