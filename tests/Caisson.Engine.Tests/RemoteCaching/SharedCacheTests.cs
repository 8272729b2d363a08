using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.RemoteCaching;

/// <summary>What one machine did, another one need not do.</summary>
public sealed class SharedCacheTests : SharingTests
{
    private const string Chain = "FROM box:1\nCOPY in /in\nRUN cat /in > /one; date +%N > /when; ln /one /two; ln -s one /three; mkdir -p /d/e; rm -rf /tmp; chmod 4755 /d; touch -d @1000 /old\nWORKDIR /w\nRUN rm /two; mv /d /moved; echo more >> /one\n";
    private const string Stages = "FROM box:1 AS build\nCOPY src /src\nRUN cat /src > /out; date +%N >> /out\nFROM box:1 AS other\nRUN date +%N > /other\nFROM box:1\nCOPY --from=build /out /out\nRUN --mount=from=other,source=/other,target=/o cat /o > /copied\n";

    [Fact]
    public async Task A_chain_of_steps_is_taken_and_gives_the_same_image()
    {
        File("in", "A");
        Built first = await ExportAsync(Chain);
        Built second = await ImportAsync(Chain);
        Assert.All(second.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Assert.Equal(4, second.Steps.Length);
        Assert.Equal(first.Digest, second.Digest);
        Assert.Equal(["the cache " + Shared], Froms(second));
        Assert.Empty(second.Warnings);
    }

    [Fact]
    public async Task Steps_on_top_of_taken_ones_run_on_the_same_files()
    {
        File("in", "A");
        await ExportAsync(Chain);
        Built second = await ImportAsync(Chain + "RUN cat /in /one /three > /all\n");
        Assert.Equal("RUN cat /in /one /three > /all done", second.Steps[^1]);
        Assert.All(second.Steps[..^1], static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Assert.Empty(second.Warnings);
        Assert.Equal(await A.FilesAsync(Chain + "RUN cat /in /one /three > /all\n"), await B.FilesAsync(Chain + "RUN cat /in /one /three > /all\n"));
    }

    // Another time of the image: archives carry the time of theirs, and yet the image is the one that this machine would have made.
    [Fact]
    public async Task An_image_of_another_time_is_the_same_as_one_made_without_the_cache()
    {
        File("in", "A");
        static BuildRequest At(BuildRequest request, string time) => request with { Arguments = request.Arguments.SetItem("SOURCE_DATE_EPOCH", time) };
        await A.BuildAsync(Chain, r => At(r, "500") with { CacheExports = [new CacheExport(Place)] });
        Built taken = await ImportAsync(Chain, r => At(r, "2000000000"));
        Built own = await A.BuildAsync(Chain, r => At(r, "2000000000"));
        Assert.All(taken.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Assert.Equal(own.Digest, taken.Digest);
    }

    [Fact]
    public async Task A_changed_file_in_the_middle_is_a_miss_from_there_on()
    {
        File("in", "A");
        const string dockerfile = "FROM box:1\nRUN echo first > /first\nCOPY in /in\nRUN cat /in > /last\n";
        await ExportAsync(dockerfile);
        File("in", "B");
        Assert.Equal(["RUN echo first > /first cached", "COPY in /in done", "RUN cat /in > /last done"], (await ImportAsync(dockerfile)).Steps);
    }

    [Fact]
    public async Task All_steps_are_there_with_max_and_those_of_the_result_with_min()
    {
        File("src", "A");
        await ExportAsync(Stages, isMax: true);
        File("src", "A");
        Built all = await ImportAsync(Stages);
        Assert.All(all.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        // The target is another one: its steps are in the cache all the same.
        Built other = await ImportAsync(Stages, static r => r with { Target = "build" });
        Assert.All(other.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_min_only_the_steps_of_the_result_are_there()
    {
        File("src", "A");
        Built first = await ExportAsync(Stages);
        Built same = await ImportAsync(Stages);
        Assert.All(same.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Assert.Equal(first.Digest, same.Digest);
        await using Workshop third = await Workshop.OpenAsync();
        await third.AddImageAsync("box:1", await Bases.BusyboxAsync());
        third.Context.File("src", "A");
        Built intermediate = await third.BuildAsync(Stages, r => r with { Target = "build", CacheImports = [new CacheImport(Place)] });
        Assert.All(intermediate.Steps, static s => Assert.EndsWith(" done", s, StringComparison.Ordinal));
    }

    // The stage below comes out the same, although it had to be done: what is copied from it is known by its content.
    [Fact]
    public async Task A_copy_from_a_stage_is_found_by_content()
    {
        const string dockerfile = "FROM box:1 AS build\nRUN echo {0} > /dev/null; echo same > /out\nFROM box:1\nCOPY --from=build /out /out\nRUN cat /out > /copied\n";
        await ExportAsync(dockerfile.Replace("{0}", "a", StringComparison.Ordinal));
        Built second = await ImportAsync(dockerfile.Replace("{0}", "b", StringComparison.Ordinal));
        Assert.Equal(["RUN echo b > /dev/null; echo same > /out done", "COPY --from=build /out /out cached", "RUN cat /out > /copied cached"], second.Steps);
        Assert.Contains(second.Events.OfType<BuildEvent.StepCompleted>(), static e => e is { Hit: HitKind.Content, From: not null });
    }

    // A layer that nothing looks at stays where it is.
    [Fact]
    public async Task Nothing_is_fetched_that_nobody_looks_at()
    {
        File("in", "A");
        await ExportAsync(Chain);
        await ImportAsync(Chain, static r => r with { Exports = [] });
        Assert.DoesNotContain(Directory.GetDirectories(Path.Combine(B.StatePath, "layers")), static d => Path.GetFileName(d).StartsWith("shared-", StringComparison.Ordinal) && Directory.Exists(Path.Combine(d, "fs")));
    }

    [Fact]
    public async Task What_was_taken_stays_for_builds_without_the_cache()
    {
        File("in", "A");
        await ExportAsync(Chain);
        await ImportAsync(Chain + "RUN cat /one > /more\n");
        Directory.Delete(Shared, recursive: true);
        await B.ReopenAsync();
        Built again = await B.BuildAsync(Chain + "RUN cat /one > /more\n");
        Assert.All(again.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cache_is_handed_on_by_who_took_it()
    {
        File("in", "A");
        Built first = await ExportAsync(Chain);
        CacheLocation.Directory next = new(B["next"]);
        await ImportAsync(Chain, r => r with { CacheExports = [new CacheExport(next)] });
        await using Workshop third = await Workshop.OpenAsync();
        await third.AddImageAsync("box:1", await Bases.BusyboxAsync());
        third.Context.File("in", "A");
        Built last = await third.BuildAsync(Chain, r => r with { CacheImports = [new CacheImport(next)] });
        Assert.All(last.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Assert.Equal(first.Digest, last.Digest);
    }

    // Whoever takes the last step alone has seen none of those below: they are handed on all the same.
    [Fact]
    public async Task Steps_below_a_taken_one_are_handed_on_too()
    {
        const string dockerfile = "FROM box:1\nRUN date +%N > /one\nRUN date +%N > /two\nCOPY in /in\n";
        File("in", "A");
        await ExportAsync(dockerfile);
        await ImportAsync(dockerfile, r => r with { CacheExports = [new CacheExport(Place)] });
        await using Workshop third = await Workshop.OpenAsync();
        await third.AddImageAsync("box:1", await Bases.BusyboxAsync());
        third.Context.File("in", "B");
        Built last = await third.BuildAsync(dockerfile, r => r with { CacheImports = [new CacheImport(Place)] });
        Assert.Equal(["RUN date +%N > /one cached", "RUN date +%N > /two cached", "COPY in /in done"], last.Steps);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Each_form_of_a_cache_is_read(bool isImage, bool isOci)
    {
        File("in", "A");
        await ExportAsync(Chain, edit: e => e with { IsImageManifest = isImage, UsesOciMediaTypes = isOci, Compression = new Oci.Tar.LayerCompression(Oci.Tar.LayerCodec.Uncompressed) });
        Assert.All((await ImportAsync(Chain)).Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_cache_no_cache_is_asked()
    {
        File("in", "A");
        await ExportAsync(Chain);
        Built second = await ImportAsync(Chain, static r => r with { UsesCache = false });
        Assert.All(second.Steps, static s => Assert.EndsWith(" done", s, StringComparison.Ordinal));
        Assert.DoesNotContain(second.Events.OfType<BuildEvent.StepStarted>(), static e => e.Name.StartsWith("importing", StringComparison.Ordinal));
    }
}
