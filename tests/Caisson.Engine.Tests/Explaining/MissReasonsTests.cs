using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Explaining;

/// <summary>What is said of a step that was done again: the input that differs, and nothing that is not so.</summary>
public sealed class MissReasonsTests : BoxTests
{
    [Theory]
    [InlineData("COPY src /app", "main.go changed")]
    [InlineData("COPY src/main.go /app/", "main.go changed")]
    [InlineData("COPY src/main.go /app/other.go", "src/main.go changed")]
    [InlineData("COPY src /", "main.go changed")]
    [InlineData("COPY src/*.go /app/", "main.go changed")]
    [InlineData("COPY . /app/", "src/main.go changed")]
    [InlineData("RUN --mount=target=/in,source=src true", "mount /in: what it shows of the build context changed")]
    public async Task A_file_of_the_context_that_changed_is_named(string instruction, string reason)
    {
        Workshop.Context.File("src/main.go", "1").File("src/util.go", "2");
        await Workshop.BuildAsync($"FROM box:1\n{instruction}\n");
        Workshop.Context.File("src/main.go", "changed");
        await AssertAsync($"FROM box:1\n{instruction}\n", reason);
    }

    [Fact]
    public async Task What_happened_to_a_file_is_said()
    {
        Workshop.Context.File("src/a", "1").File("src/b", "2").File("src/c", "3").Link("src/d", "a");
        const string dockerfile = "FROM scratch\nCOPY src /src\n";
        await Workshop.BuildAsync(dockerfile);
        File.Delete(Workshop.Context["src/b"]);
        await AssertAsync(dockerfile, "b was removed");
        Workshop.Context.File("src/b", "2").File("src/x", "");
        await AssertAsync(dockerfile, "b was added, x was added");
        Workshop.Context.Mode("src/a", 0x1C0);
        await AssertAsync(dockerfile, "a has another mode: 644 → 700");
        File.Delete(Workshop.Context["src/d"]);
        Workshop.Context.Link("src/d", "c");
        await AssertAsync(dockerfile, "d points elsewhere: a → c");
        File.Delete(Workshop.Context["src/d"]);
        Workshop.Context.File("src/d", "");
        await AssertAsync(dockerfile, "d is now a file, and was a symbolic link");
        Workshop.Context.File("src/a", "-", mode: 0x1C0).File("src/b", "-").File("src/c", "-").File("src/d", "-").File("src/x", "-");
        await AssertAsync(dockerfile, "a changed, b changed, c changed, and 2 more");
    }

    [Theory]
    [InlineData("RUN true", "RUN true && true", "the command changed, which was true")]
    [InlineData("RUN true", "SHELL [\"/bin/sh\", \"-e\", \"-c\"]\nRUN true", "the command changed, which was true")]
    [InlineData("ENV A=1\nRUN true", "ENV A=2\nRUN true", "ENV A 1 → 2")]
    [InlineData("RUN true", "ENV A=1\nRUN true", "ENV A is new: 1")]
    [InlineData("ENV A=1\nRUN true", "RUN true", "ENV A is gone, which was 1")]
    [InlineData("ARG A=1\nRUN true", "ARG A=2\nRUN true", "ARG A 1 → 2")]
    [InlineData("RUN true", "ARG A=1\nRUN true", "ARG A is new: 1")]
    [InlineData("ARG A=1\nRUN true", "ENV A=2\nRUN true", "ENV A 1 → 2")]
    [InlineData("RUN true", "USER 5\nRUN true", "the user is new: 5")]
    [InlineData("RUN true", "RUN --network=none true", "the network changed: host → none")]
    [InlineData("RUN true", "RUN --security=insecure true", "the security changed: sandbox → insecure")]
    [InlineData("RUN true", "RUN --mount=type=tmpfs,target=/t true", "mount /t is new: type=tmpfs")]
    [InlineData("RUN --mount=type=cache,target=/c true", "RUN --mount=type=cache,target=/c,ro true", "mount /c changed: type=cache → type=cache,ro")]
    [InlineData("RUN --mount=type=cache,target=/c true", "RUN true", "mount /c is gone, which was type=cache")]
    [InlineData("RUN <<E\n#!/bin/sh\ntrue\nE", "RUN <<E\n#!/bin/sh\ntrue 2\nE", "the script of the command changed")]
    [InlineData("COPY a /x", "COPY a /y", "the destination changed: /x → /y")]
    [InlineData("COPY a /x", "COPY --chown=5 a /x", "--chown is new: 5")]
    [InlineData("COPY --chmod=700 a /x", "COPY --chmod=701 a /x", "--chmod changed: 700 → 701")]
    [InlineData("COPY a /x", "COPY --link a /x", "--link is new: yes")]
    [InlineData("COPY a /x", "COPY b /x", "what it copies changed: a → b")]
    [InlineData("COPY <<x /x\n1\nx", "COPY <<x /x\n2\nx", "x changed")]
    [InlineData("COPY a /x/", "ENV X=1\nCOPY --chmod=600 ./a /x/", "--chmod is new: 600")]
    [InlineData("WORKDIR /a", "WORKDIR /b", "the directory changed: /a → /b")]
    [InlineData("WORKDIR /a", "USER 5\nWORKDIR /a", "the owner of the directory is new: 5")]
    public async Task What_differs_in_the_words_of_an_instruction_is_named(string first, string second, string reason)
    {
        Workshop.Context.File("a", "A").File("b", "A").File("b", "B");
        static BuildRequest Allowed(BuildRequest request) => request with { Entitlements = request.Entitlements with { HasInsecure = true } };
        await Workshop.BuildAsync($"FROM box:1\n{first}\n", Allowed);
        Assert.Equal(reason, Reasons(await Workshop.BuildAsync($"FROM box:1\n{second}\n", Allowed))[^1].Reasons[0]);
    }

    [Fact]
    public async Task Build_arguments_are_shown_with_both_values()
    {
        const string dockerfile = "FROM box:1\nARG VERSION\nRUN true\n";
        await Workshop.BuildAsync(dockerfile, static r => r with { Arguments = r.Arguments.Add("VERSION", "1.2") });
        await AssertAsync(dockerfile, "ARG VERSION 1.2 → 1.3", static r => r with { Arguments = r.Arguments.Add("VERSION", "1.3") });
    }

    [Fact]
    public async Task A_step_before_that_left_something_else_is_named_with_the_file()
    {
        Workshop.Context.File("in", "1");
        const string dockerfile = "FROM box:1\nCOPY in /in\nRUN cat /in > /made\nRUN cat /made > /copied\n";
        await Workshop.BuildAsync(dockerfile);
        Workshop.Context.File("in", "2");
        (string Step, string[] Reasons)[] told = Reasons(await Workshop.BuildAsync(dockerfile));
        Assert.Equal(["in changed"], told[0].Reasons);
        Assert.Equal(["COPY in /in, before it, left something else: /in changed"], told[1].Reasons);
        Assert.Equal(["COPY in /in, before it, left something else: /in changed"], told[2].Reasons);
    }

    [Fact]
    public async Task A_file_of_another_stage_that_changed_is_named()
    {
        const string dockerfile = "FROM box:1 AS build\nARG V\nRUN echo $V > /v; echo kept > /kept\nFROM scratch\nCOPY --from=build /v /kept /to/\n";
        await Workshop.BuildAsync(dockerfile, static r => r with { Arguments = r.Arguments.Add("V", "1") });
        (string Step, string[] Reasons)[] told = Reasons(await Workshop.BuildAsync(dockerfile, static r => r with { Arguments = r.Arguments.Add("V", "2") }));
        Assert.Equal(["v changed"], told[^1].Reasons);
    }

    [Fact]
    public async Task What_another_stage_shows_in_a_mount_is_told()
    {
        const string dockerfile = "FROM box:1 AS build\nARG V\nRUN echo $V > /v\nFROM box:1\nRUN --mount=from=build,target=/in true\n";
        await Workshop.BuildAsync(dockerfile, static r => r with { Arguments = r.Arguments.Add("V", "1") });
        (string Step, string[] Reasons)[] told = Reasons(await Workshop.BuildAsync(dockerfile, static r => r with { Arguments = r.Arguments.Add("V", "2") }));
        Assert.Equal(["mount /in: the stage \"build\" is another: /v changed"], told[^1].Reasons);
    }

    [Fact]
    public async Task A_base_image_that_moved_is_told_with_its_digests()
    {
        Image first = await Bases.BusyboxAsync();
        Image second = (await Workshop.BuildAsync("FROM box:1\nRUN echo > /new\n")).Image;
        Image third = (await Workshop.BuildAsync("FROM box:1\nRUN echo 3 > /new\n")).Image;
        const string dockerfile = "FROM moving:1\nRUN true\n";
        await Workshop.AddImageAsync("moving:1", first);
        await Workshop.BuildAsync(dockerfile);
        await Workshop.AddImageAsync("moving:1", second);
        await AssertAsync(dockerfile, $"the base image moving:1 moved: sha256:{first.Descriptor.Digest.Hex[..12]} → sha256:{second.Descriptor.Digest.Hex[..12]}");
        await Workshop.AddImageAsync("other:1", third);
        await AssertAsync("FROM other:1\nRUN true\n", "the base image moving:1 → other:1");
    }

    [Fact]
    public async Task A_step_that_came_between_is_told()
    {
        await Workshop.BuildAsync("FROM box:1\nRUN true\n");
        (string Step, string[] Reasons)[] told = Reasons(await Workshop.BuildAsync("FROM box:1\nRUN echo > /x\nRUN true\n"));
        Assert.Equal(["RUN echo > /x is new before it"], told[^1].Reasons);
        told = Reasons(await Workshop.BuildAsync("FROM box:1\nRUN echo > /x\nRUN echo > /y\nRUN true\nRUN true 2"));
        Assert.Equal(["RUN echo > /y is new before it"], told[1].Reasons);
        told = Reasons(await Workshop.BuildAsync("FROM box:1\nRUN echo > /y\nRUN true\nRUN true 2\n"));
        Assert.Equal(["RUN echo > /x is gone before it"], told[^1].Reasons);
    }

    [Fact]
    public async Task A_step_on_one_that_was_done_anew_and_came_out_different_is_told_that()
    {
        const string dockerfile = "FROM box:1 AS one\nRUN cat /proc/sys/kernel/random/uuid > /now\nFROM box:1\nCOPY --from=one /now /\nRUN cat /now\n";
        await Workshop.BuildAsync(dockerfile);
        (string Step, string[] Reasons)[] told = Reasons(await Workshop.BuildAsync(dockerfile, static r => r with { FreshStages = ["one"] }));
        Assert.Equal(["--no-cache-filter: no result of an earlier build is taken for its stage"], told[0].Reasons);
        Assert.Equal(["now changed"], told[1].Reasons);
        Assert.Equal(["COPY --from=one /now /, before it, left something else: /now changed"], told[2].Reasons);
    }

    [Fact]
    public async Task A_build_of_another_Dockerfile_is_compared_with_only_where_that_is_said()
    {
        Workshop.Context.File("a", "A");
        const string dockerfile = "FROM scratch\nCOPY a /x\n";
        await Workshop.BuildAsync(dockerfile);
        Workshop.Context.File("a", "B");
        string moved = Workshop.Folder("elsewhere").File("Dockerfile", dockerfile)["Dockerfile"];
        string[] reasons = Reasons(await Workshop.BuildAsync(dockerfile, r => r with { DockerfilePath = moved }))[0].Reasons;
        Assert.Equal("a changed", reasons[0]);
        Assert.StartsWith("compared with the build ", reasons[1], StringComparison.Ordinal);
        Workshop.Context.File("a", "C");
        string other = Workshop.Folder("other").File("Other.Dockerfile", dockerfile)["Other.Dockerfile"];
        Assert.Equal(["no earlier build of this step is in the history"], Reasons(await Workshop.BuildAsync(dockerfile, r => r with { DockerfilePath = other }))[0].Reasons);
    }

    [Fact]
    public async Task Credentials_in_addresses_are_in_no_reason_and_no_record()
    {
        await Workshop.BuildAsync("FROM box:1\nENV P=http://user:pass-word-1@host/ Q=1\nRUN true http://user:pass-word-1@host/\n");
        (string Step, string[] Reasons)[] told = Reasons(await Workshop.BuildAsync("FROM box:1\nENV P=http://user:pass-word-1@host/ Q=2\nRUN true 1 http://user:pass-word-1@host/\n"));
        Assert.Equal(["the command changed, which was true http://host/", "ENV Q 1 → 2"], told[^1].Reasons);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Workshop.StatePath, "history"), "*", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(Path.Combine(Workshop.StatePath, "cache"), "*", SearchOption.AllDirectories)))
            Assert.DoesNotContain("pass-word-1", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_asked_for_is_told()
    {
        Workshop.Context.File("a", "A");
        const string dockerfile = "FROM scratch AS one\nCOPY a /\n";
        await AssertAsync(dockerfile, "no earlier build of this step is in the history");
        await AssertAsync(dockerfile, "--no-cache: no result of an earlier build is taken", static r => r with { UsesCache = false });
        await AssertAsync(dockerfile, "--no-cache-filter: no result of an earlier build is taken for its stage", static r => r with { FreshStages = ["one"] });
        await AssertAsync(dockerfile, "--timestamps is new: keep", static r => r with { KeepsTimestamps = true }, times: 0);
    }

    [Fact]
    public async Task A_result_that_was_removed_is_told()
    {
        Workshop.Context.File("a", "A");
        const string dockerfile = "FROM scratch\nCOPY a /\n";
        await Workshop.BuildAsync(dockerfile);
        Directory.Delete(Path.Combine(Workshop.StatePath, "cache"), recursive: true);
        Assert.Contains("is no longer in the store", Assert.Single(Reasons(await Workshop.BuildAsync(dockerfile))).Reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_store_no_longer_shows_is_not_made_up()
    {
        Workshop.Context.File("a", "A");
        const string dockerfile = "FROM scratch\nCOPY a /x\n";
        await Workshop.BuildAsync(dockerfile);
        Directory.Delete(Path.Combine(Workshop.StatePath, "layers"), recursive: true);
        Workshop.Context.File("a", "B");
        await AssertAsync(dockerfile, "a is not what it was");
        Directory.Delete(Path.Combine(Workshop.StatePath, "cache"), recursive: true);
        Workshop.Context.File("a", "C");
        Assert.EndsWith("of which the store no longer has what it was done with", Assert.Single(Reasons(await Workshop.BuildAsync(dockerfile))).Reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Why_a_step_was_a_hit_is_told()
    {
        Workshop.Context.File("in", "AAAA");
        const string dockerfile = "FROM box:1 AS one\nCOPY in /in\nRUN wc -c < /in > /size\nFROM box:1\nCOPY --from=one /size /size\nRUN cat /size > /out\n";
        await Workshop.BuildAsync(dockerfile);
        Built again = await Workshop.BuildAsync(dockerfile);
        Assert.Equal([HitKind.Source, HitKind.NotNeeded, HitKind.NotNeeded, HitKind.NotNeeded, HitKind.Definition], Hits(again).Take(5).Order().OrderBy(static k => k switch { HitKind.Source => 0, HitKind.NotNeeded => 1, _ => 2 }));
        Workshop.Context.File("in", "BBBB");
        Assert.Equal(2, Hits(await Workshop.BuildAsync(dockerfile)).Count(static k => k == HitKind.Content));
    }

    [Fact]
    public async Task A_secret_is_no_reason()
    {
        const string dockerfile = "FROM box:1\nARG V\nRUN --mount=type=secret,id=key,env=KEY true\n";
        await Workshop.BuildAsync(dockerfile, static r => r with { Arguments = r.Arguments.Add("V", "1"), Secrets = r.Secrets.Add("key", new SecretSource.Bytes("first-value"u8.ToArray())) });
        await AssertAsync(dockerfile, "ARG V 1 → 2", static r => r with { Arguments = r.Arguments.Add("V", "2"), Secrets = r.Secrets.Add("key", new SecretSource.Bytes("second-value"u8.ToArray())) });
    }

    // The last step that was done, with its only reason; or with its first, when it has more.
    private async Task AssertAsync(string dockerfile, string reason, Func<BuildRequest, BuildRequest>? edit = null, int times = 1)
    {
        (string Step, string[] Reasons)[] told = Reasons(await Workshop.BuildAsync(dockerfile, edit));
        Assert.Equal(reason, told[^1].Reasons[0]);
        if (times == 1)
            Assert.Single(told[^1].Reasons);
    }

    private static IEnumerable<HitKind> Hits(Built built) => built.Events.OfType<BuildEvent.StepCompleted>().Select(static e => e.Hit).OfType<HitKind>();

    // In the order of the Dockerfile's lines.
    private static (string Step, string[] Reasons)[] Reasons(Built built)
    {
        Dictionary<Digest, BuildEvent.StepStarted> steps = built.Events.OfType<BuildEvent.StepStarted>().DistinctBy(static e => e.Step).ToDictionary(static e => e.Step);
        return
        [
            .. built.Events.OfType<BuildEvent.StepExplained>()
                .OrderBy(e => steps[e.Step].Where?.Line)
                .Select(e => (steps[e.Step].Name, e.Reasons.ToArray())),
        ];
    }
}
