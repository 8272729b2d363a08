using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Steps;

/// <summary>Whose directory a cache mount is, what it begins with, and who waits for whom.</summary>
public sealed class CacheMountTests : BoxTests
{
    [Theory]
    [InlineData("id=a,target=/c", "id=a,target=/d", "one two")]
    [InlineData("target=/c", "target=/c/", "one two")]
    [InlineData("id=a,target=/c", "id=b,target=/c", "two")]
    [InlineData("id=a,target=/c", "id=a,target=/c,uid=7,mode=0700", "two")]
    [InlineData("id=a,target=/c", "id=a,target=/c,from=seed", "seed two")]
    [InlineData("id=a,target=/c,from=seed", "id=a,target=/c,from=seed", "seed one two")]
    [InlineData("id=a,target=/c,from=seed", "id=a,target=/c,from=seed,mode=0777", "two")]
    public async Task Equal_ids_with_equal_beginnings_are_one_directory(string first, string second, string expected)
    {
        string TargetOf(string mount) => mount[(mount.IndexOf("target=", StringComparison.Ordinal) + 7)..].Split(',')[0];
        Built built = await Workshop.BuildAsync(
            $"FROM box:1 AS root\nRUN mkdir /s && echo seed > /s/f\nFROM scratch AS seed\nCOPY --from=root /s /\nFROM box:1\nRUN --mount=type=cache,{first} echo one >> {TargetOf(first)}/f\nRUN --mount=type=cache,{second} echo two >> {TargetOf(second)}/f; tr '\\n' ' ' < {TargetOf(second)}/f\n");
        Assert.Equal(expected, Lines(built)[^1].Trim());
    }

    [Fact]
    public async Task A_cache_begins_with_the_files_of_a_stage_an_image_or_the_context_and_keeps_what_is_added()
    {
        Workshop.Context.File("in/sub/c", "context\n");
        const string dockerfile =
            "FROM box:1 AS seed\nRUN mkdir -p -m 0750 /s/d && echo stage > /s/d/f && chown 5:6 /s/d/f /s && ln -s f /s/d/l\n"
            + "FROM scratch AS files\nCOPY in /\n"
            + "FROM box:1\n"
            + "RUN --mount=type=cache,target=/c,from=seed,source=/s stat -c '%a %u:%g' /c /c/d /c/d/f; cat /c/d/l; echo more >> /c/d/f\n"
            + "RUN --mount=type=cache,target=/c,from=seed,source=/s cat /c/d/f\n"
            + "RUN --mount=type=cache,target=/c,from=box:1,source=bin,id=i test -x /c/busybox && echo image\n"
            + "RUN --mount=type=cache,target=/c,from=files,id=x cat /c/sub/c\n";
        Built built = await Workshop.BuildAsync(dockerfile);
        Assert.Equal(["755 5:6", "750 0:0", "644 5:6", "stage", "stage", "more", "image", "context"], Lines(built));
        Assert.Empty(await Layers.OfAsync(built.Image.Layers[^1]));
    }

    [Fact]
    public async Task A_cache_of_another_beginning_is_another_cache()
    {
        const string dockerfile = "FROM box:1\nRUN --mount=type=cache,target=/c,from=data cat /c/f; echo more >> /c/f\n";
        async Task<string[]> BuildAsync(string content)
        {
            Workshop.Folder("data").File("f", content + "\n");
            return [.. Lines(await Workshop.BuildAsync(dockerfile, r => r with { UsesCache = false, NamedContexts = r.NamedContexts.Add("data", Workshop["data"]) }))];
        }
        Assert.Equal(["one"], await BuildAsync("one"));
        Assert.Equal(["one", "more"], await BuildAsync("one"));
        Assert.Equal(["two"], await BuildAsync("two"));
    }

    [Theory]
    [InlineData("from=box:1,source=none", "\"none\" is not in the image box:1", EngineCodes.SourceNotFound)]
    [InlineData("from=box:1,source=bin/busybox", "\"bin/busybox\" is not a directory, and a cache begins with one", EngineCodes.NotADirectory)]
    public async Task A_cache_begins_with_a_directory_that_is_there(string from, string message, string code)
    {
        Diagnostic finding = await Workshop.FailAsync($"FROM box:1\nRUN --mount=type=cache,target=/c,{from} true\n");
        Assert.Equal((code, message, 2, 5), (finding.Code, finding.Message, finding.Where?.Line, finding.Where?.Column));
    }

    [Fact]
    public async Task A_namespace_of_ids_keeps_builds_apart()
    {
        const string dockerfile = "FROM box:1\nRUN --mount=type=cache,target=/c ls /c; touch /c/$(ls /c | wc -l)\n";
        Task<Built> BuildAsync(string name) => Workshop.BuildAsync(dockerfile, r => r with { UsesCache = false, Arguments = r.Arguments.Add("BUILDKIT_CACHE_MOUNT_NS", name) });
        Assert.Empty(Lines(await BuildAsync("a")));
        Assert.Equal(["0"], Lines(await BuildAsync("a")));
        Assert.Empty(Lines(await BuildAsync("b")));
    }

    [Fact]
    public async Task A_cache_that_is_read_only_cannot_be_written() =>
        Assert.Equal(["closed"], Lines(await Workshop.BuildAsync("FROM box:1\nRUN --mount=type=cache,target=/c,ro touch /c/f 2> /dev/null || echo closed\n")));

    // Each step waits for the other.
    [Fact]
    public async Task Steps_that_share_a_cache_use_it_at_once()
    {
        string Meet(string own, string other) => $"RUN --mount=type=cache,target=/c touch /c/{own}; until [ -e /c/{other} ]; do usleep 1000; done; touch /{own}\n";
        await BuildTogetherAsync(Meet("a", "b"), Meet("b", "a"));
    }

    [Fact]
    public async Task Steps_that_want_a_cache_alone_get_one_each()
    {
        string Meet(string own, string other) =>
            $"RUN --mount=type=cache,target=/c --mount=type=cache,target=/p,sharing=private touch /p/f-{own} /c/{own}; until [ -e /c/{other} ]; do usleep 1000; done; ls /p; touch /{own}\n";
        Assert.Equal(["f-a", "f-b"], Lines(await BuildTogetherAsync(Meet("a", "b"), Meet("b", "a"))).Order());
    }

    // Were two at it at once, the second could not make the directory.
    [Fact]
    public async Task Steps_that_lock_a_cache_use_it_one_after_the_other()
    {
        string[] steps = [.. Enumerable.Range(0, 4).Select(static i => $"RUN --mount=type=cache,target=/c,sharing=locked mkdir /c/busy && usleep 100000 && rmdir /c/busy && touch /{i}\n")];
        await BuildTogetherAsync(steps);
    }

    [Fact]
    public async Task Steps_that_lock_the_same_caches_in_another_order_do_not_wait_for_each_other()
    {
        string Both(string one, string two) => $"RUN --mount=type=cache,target=/{one},sharing=locked --mount=type=cache,target=/{two},sharing=locked usleep 20000; touch /{one}-{two}\n";
        await BuildTogetherAsync(Both("x", "y"), Both("y", "x"), Both("x", "y") + "RUN true\n", Both("y", "x") + "RUN true\n");
    }

    [Fact]
    public async Task A_step_that_mounts_a_cache_twice_does_not_wait_for_itself() =>
        Assert.Equal(["f"], Lines(await Workshop.BuildAsync("FROM box:1\nRUN --mount=type=cache,id=i,target=/a,sharing=locked --mount=type=cache,id=i,target=/b,sharing=locked touch /a/f; ls /b\n")));

    private async Task<Built> BuildTogetherAsync(params string[] steps)
    {
        string stages = string.Concat(steps.Select(static (step, i) => $"FROM box:1 AS s{i}\n{step}"));
        string copies = string.Concat(steps.Select(static (_, i) => $"COPY --from=s{i} / /{i}\n"));
        return await Workshop.BuildAsync(stages + "FROM scratch\n" + copies);
    }

    private static ImmutableArray<string> Lines(Built built) => [.. built.Events.OfType<BuildEvent.StepOutput>().Select(static o => o.Line)];
}
