using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Tests.Vendoring;

/// <summary>Archives of sources without what a build does not open.</summary>
public sealed class TrimTests : BoxTests
{
    private const string Uses = "cat main.c sub/part.c > /out; cat < config >> /out";

    private string ArchivePath => Path.Combine(Workshop.Context.Path, "app.tar.gz");

    [Theory]
    [InlineData("COPY app.tar.gz /\nRUN tar -xzf app.tar.gz\nWORKDIR /app-1.0\nRUN " + Uses)]
    [InlineData("COPY app.tar.gz /\nRUN tar -xzf app.tar.gz && cd app-1.0 && " + Uses)]
    [InlineData("COPY app.tar.gz /tmp/\nRUN mkdir /src && tar -xzf /tmp/app.tar.gz -C /src --strip-components=1\nWORKDIR /src\nRUN " + Uses)]
    [InlineData("ADD app.tar.gz /deep/er/\nWORKDIR /deep/er/app-1.0\nRUN " + Uses)]
    [InlineData("RUN --mount=target=/ctx tar -xzf /ctx/app.tar.gz\nWORKDIR /app-1.0\nRUN " + Uses)]
    public async Task What_no_step_opens_goes_however_the_archive_is_unpacked(string steps)
    {
        await WriteAsync();
        TrimResult result = await TrimAsync($"FROM box:1 AS build\n{steps}\nFROM box:1\nCOPY --from=build /out /out\n");
        Assert.Equal(["app-1.0/sub/test.c", "app-1.0/unused.c"], result.Unused);
        Assert.Equal(
            ["d 0755 0:0 app-1.0 @100", "f 0644 0:0 app-1.0/LICENSE \"free\" @100", "f 0644 0:0 app-1.0/config \"c\" @100", "f 0755 7:8 app-1.0/main.c \"m\" @100", "l 0:0 app-1.0/link -> main.c @100", "d 0755 0:0 app-1.0/sub @100", "f 0644 0:0 app-1.0/sub/part.c \"p\" @100"],
            await ReadAsync(Workshop["small.tar.gz"]));
        Assert.True(result.TrimmedBytes < result.SizeBytes);
    }

    [Fact]
    public async Task What_is_copied_from_the_sources_stays_though_no_program_opens_it()
    {
        await WriteAsync();
        TrimResult result = await TrimAsync("FROM box:1 AS build\nADD app.tar.gz /\nRUN cat /app-1.0/main.c > /out\nFROM box:1\nCOPY --from=build /out /app-1.0/config /app-1.0/s* /x/\n");
        Assert.Equal(["app-1.0/unused.c"], result.Unused);
    }

    [Fact]
    public async Task What_is_to_be_kept_stays()
    {
        await WriteAsync();
        TrimResult result = await TrimAsync("FROM box:1 AS build\nADD app.tar.gz /\nRUN cat /app-1.0/main.c > /out\nFROM box:1\nCOPY --from=build /out /\n", static r => r with { Keep = ["*/sub", "*unused*"] });
        Assert.Equal(["app-1.0/config"], result.Unused);
    }

    [Theory]
    [InlineData("RUN ls /app-1.0 > /out", "the image is another one")]
    [InlineData("RUN [ -e /app-1.0/unused.c ] && echo 1 > /out", "the build fails without what no step opened")]
    [InlineData("RUN rm -r /app-1.0 && echo 1 > /out", "all of it is used")] // nobody can tell what for
    public async Task A_build_that_would_come_to_something_else_leaves_the_archive_as_it_is(string step, string why)
    {
        await WriteAsync();
        string dockerfile = $"FROM box:1 AS build\nADD app.tar.gz /\n{step}\nFROM box:1\nCOPY --from=build /out /\n";
        BuildException e = await Assert.ThrowsAsync<BuildException>(() => TrimAsync(dockerfile));
        Assert.Equal(EngineCodes.NotTrimmed, e.Code);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Workshop["small.tar.gz"]));
    }

    [Fact]
    public async Task An_archive_that_nobody_unpacks_is_told()
    {
        await WriteAsync();
        BuildException e = await Assert.ThrowsAsync<BuildException>(() => TrimAsync("FROM box:1\nCOPY app.tar.gz /\nRUN true\n"));
        Assert.Contains("no step was seen to unpack it", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no archive at all", "it is no tar archive that can be read")]
    [InlineData(null, "it cannot be read")]
    public async Task What_is_no_archive_is_told(string? content, string why)
    {
        if (content is not null)
            await File.WriteAllTextAsync(ArchivePath, content, Ct);
        BuildException e = await Assert.ThrowsAsync<BuildException>(() => TrimAsync("FROM box:1\n"));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task WriteAsync()
    {
        (TarEntry Entry, string Content)[] entries =
        [
            Bases.Directory("app-1.0"), Bases.File("app-1.0/LICENSE", "free"), Bases.File("app-1.0/config", "c"), Bases.File("app-1.0/main.c", "m", mode: 0x1ED), Bases.Link("app-1.0/link", "main.c"), Bases.File("app-1.0/unused.c", new string('u', 100)),
            Bases.Directory("app-1.0/sub"), Bases.File("app-1.0/sub/part.c", "p"), Bases.File("app-1.0/sub/test.c", "t"),
        ];
        byte[] archive = await Bases.ArchiveAsync([.. entries.Select(static e => e.Entry.Path.EndsWith("main.c", StringComparison.Ordinal) ? (e.Entry with { ModifiedSeconds = 100, Uid = 7, Gid = 8 }, e.Content) : (e.Entry with { ModifiedSeconds = 100 }, e.Content))]);
        await using FileStream file = File.Create(ArchivePath);
        await using GzipEncoderStream gzip = new(file);
        await gzip.WriteAsync(archive, Ct);
    }

    private static async Task<string[]> ReadAsync(string path)
    {
        (Stream plain, _) = await Decompression.OpenDetectedAsync(File.OpenRead(path), options: null, Ct);
        return await Layers.OfAsync(plain, withTimes: true);
    }

    [Fact]
    public async Task Of_a_context_what_is_used_is_known_by_what_it_holds_wherever_it_was_copied_to()
    {
        Workshop.Context.File("src/main", "m").File("src/part/one", "1").File("src/part/test", "tt").File("assets/logo", "logo").File("docs/manual", new string('d', 9000)).File("moved", "moved content").File("kept", "kept by the user").File("mounted/a", "shown to a step");
        const string dockerfile = "FROM box:1 AS build\nCOPY . /work\nRUN mv /work/moved /elsewhere\nRUN --mount=type=bind,source=mounted,target=/m cat /work/src/main /work/src/part/one /elsewhere > /out\nFROM scratch\nCOPY --from=build /out /\nCOPY assets /assets\n";
        TrimResult result = await TrimAsync(dockerfile, request => request with { ArchivePath = null, Keep = ["kept"] });
        Assert.Equal(["docs/manual", "src/part/test"], result.Unused.Where(static f => f != "Dockerfile"));
        Assert.True(result.TrimmedBytes < result.SizeBytes);
        string[] left = await ReadAsync(Workshop["small.tar.gz"]);
        Assert.Contains(left, static l => l.Contains("assets/logo", StringComparison.Ordinal));
        Assert.DoesNotContain(left, static l => l.Contains("manual", StringComparison.Ordinal));
    }

    private async Task<TrimResult> TrimAsync(string dockerfile, Func<TrimRequest, TrimRequest>? edit = null)
    {
        TrimRequest request = new() { Build = Workshop.Request(dockerfile), ArchivePath = ArchivePath, OutputPath = Workshop["small.tar.gz"] };
        using Trim trim = await Workshop.Engine.OpenTrimAsync(edit?.Invoke(request) ?? request, Ct);
        await using Build record = trim.Record(Ct);
        BuildResult recorded = await record.Completion;
        await trim.WriteAsync(recorded, Ct);
        await using Build rebuild = trim.Rebuild(Ct);
        try
        {
            return await trim.CompleteAsync(recorded, await rebuild.Completion, Ct);
        }
        catch (BuildException e) when (e.Code != EngineCodes.NotTrimmed)
        {
            throw trim.Explain(e);
        }
    }
}
