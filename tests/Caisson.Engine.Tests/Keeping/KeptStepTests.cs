using System.Collections.Immutable;
using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Keeping;

/// <summary>Failed steps that are kept or held: another program finds what the failed one left, and leaves nothing itself. Programs that look at it end with 0 when it is so.</summary>
public sealed class KeptStepTests : BoxTests
{
    private const string Value = "the-value-that-nobody-sees";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string FailedPath => Path.Combine(Workshop.StatePath, "failed");

    [Theory]
    [InlineData("RUN echo text > /f && rm /bin/awk && false", "grep text /f && test ! -e /bin/awk")]
    [InlineData("RUN mkdir /d && touch /d/old\nRUN rm -r /d && mkdir /d && touch /d/new && false", "test $(ls /d) = new")]
    [InlineData("ENV A=1\nARG B=2\nWORKDIR /w\nRUN false", "test $A$B$PWD = 12/w")]
    [InlineData("RUN echo joe:x:7:8::/home/joe:/bin/sh >> /etc/passwd\nUSER joe\nRUN false", "test $(id -u):$(id -g)$HOME = 7:8/home/joe")]
    [InlineData("RUN --network=none false", "test $(ls /sys/class/net) = lo")]
    [InlineData("RUN --mount=type=cache,target=/c,id=a echo kept > /c/f; false", "grep kept /c/f")]
    [InlineData("RUN --mount=type=cache,target=/c,from=box:1,source=bin touch /c/f; false", "test -e /c/f -a -e /c/busybox")]
    [InlineData("RUN --mount=type=tmpfs,target=/t false", "grep ' /t tmpfs' /proc/mounts")]
    [InlineData("RUN --mount=type=bind,target=/ctx false", "grep hello /ctx/dir/file && ! touch /ctx/x")]
    [InlineData("RUN --mount=type=bind,target=/ctx,rw echo log > /ctx/config.log; rm /ctx/dir/file; false", "grep log /ctx/config.log && test ! -e /ctx/dir/file && touch /ctx/x")]
    [InlineData("RUN --mount=type=bind,source=dir/file,target=/one false", "grep hello /one")]
    [InlineData("RUN --mount=type=bind,from=box:1,source=bin,target=/b false", "test -e /b/busybox")]
    [InlineData("RUN --mount=type=bind,from=box:1,target=/b,rw touch /b/x && false", "test -e /b/x -a -e /b/bin/busybox")]
    [InlineData("RUN <<EOF\n#!/bin/sh\nfalse\nEOF", "grep false /dev/pipes/EOF")]
    [InlineData("WORKDIR /gone\nRUN rmdir /gone && false", "test $PWD = /")]
    public async Task A_program_finds_what_the_failed_one_left_and_had(string instructions, string test)
    {
        Workshop.Context.File("dir/file", "hello\n");
        string id = await KeepAsync("FROM box:1\n" + instructions + "\n");
        Assert.Equal(0, await EnterAsync(id, test));
        await Workshop.ReopenAsync();
        Directory.Delete(Workshop.Context.Path, recursive: true);
        Assert.Equal(0, await EnterAsync(id, test));
    }

    [Fact]
    public async Task What_is_done_in_a_kept_step_is_thrown_away()
    {
        Workshop.Context.File("f", "old\n");
        string id = await KeepAsync("FROM box:1\nRUN --mount=type=bind,target=/ctx,rw touch /made; false\n");
        Assert.Equal(0, await EnterAsync(id, "rm /made && echo new > /ctx/f && touch /more"));
        Assert.Equal(0, await EnterAsync(id, "test -e /made -a ! -e /more && grep old /ctx/f"));
        Assert.Equal(1, (await FailAsync("FROM box:1\nRUN test ! -e /made || exit 7; exit 1\n")).FailedStep?.ExitCode);
    }

    [Fact]
    public async Task The_exit_code_is_that_of_the_program() => Assert.Equal(42, await EnterAsync(await KeepAsync("FROM box:1\nRUN false\n"), "exit 42"));

    [Fact]
    public async Task A_secret_is_on_no_disk_and_is_asked_for_again()
    {
        ImmutableDictionary<string, SecretSource> secrets = ImmutableDictionary.Create<string, SecretSource>(StringComparer.Ordinal).Add("key", new SecretSource.Bytes(Encoding.UTF8.GetBytes(Value)));
        const string dockerfile = "FROM box:1\nRUN --mount=type=secret,id=key --mount=type=secret,id=key,env=KEY --mount=type=secret,id=other grep $KEY /run/secrets/key; false\n";
        string id = await KeepAsync(dockerfile, request => request with { Secrets = secrets });
        Assert.Equal(["key"], Workshop.Engine.KeptSteps.Find(id).Secrets);
        AssertNowhere(Value);

        List<Diagnostic> warnings = [];
        Assert.Equal(0, await EnterAsync(id, "test ! -e /run/secrets/key -a -z \"${KEY+set}\"", warnings.Add));
        Assert.Equal([EngineCodes.KeptStepIncomplete, EngineCodes.KeptStepIncomplete], warnings.Select(static w => w.Code));
        warnings.Clear();
        ShellRequest given = new() { Arguments = ["sh", "-c", $"test $KEY = {Value} && grep {Value} /run/secrets/key"], Secrets = secrets, Warned = warnings.Add };
        Assert.Equal(0, await Workshop.Engine.KeptSteps.EnterAsync(Workshop.Engine.KeptSteps.Find(id), given, Ct));
        Assert.Empty(warnings);
        AssertNowhere(Value);
    }

    [Fact]
    public async Task A_seeded_cache_that_is_gone_is_missed_and_not_made_empty()
    {
        const string dockerfile = "FROM box:1\nRUN --mount=type=cache,target=/c,id=seeded,from=box:1,source=bin test -e /c/busybox && exit 1\n";
        string id = await KeepAsync(dockerfile);
        await Workshop.Engine.Cache.PruneAsync(new PruneRequest { Filter = static e => e.Type == CacheEntryTypes.CacheMount }, Ct);
        List<Diagnostic> warnings = [];
        Assert.Equal(0, await EnterAsync(id, "test ! -e /c", warnings.Add));
        Assert.Equal(EngineCodes.KeptStepIncomplete, Assert.Single(warnings).Code);
        Assert.Equal(1, (await FailAsync(dockerfile)).FailedStep?.ExitCode);
    }

    [Fact]
    public async Task A_step_whose_program_is_not_there_is_kept_too() => Assert.Equal(0, await EnterAsync(await KeepAsync("FROM box:1\nRUN touch /f\nRUN [\"/no/such/program\"]\n"), "test -e /f"));

    [Fact]
    public async Task Where_there_is_no_shell_that_is_said_and_a_program_can_be_run()
    {
        KeptStep step = Workshop.Engine.KeptSteps.Find(await KeepAsync("FROM box:1 AS box\nFROM scratch\nCOPY --from=box /bin/busybox /tool/busybox\nRUN [\"/tool/busybox\", \"false\"]\n"));
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => Workshop.Engine.KeptSteps.EnterAsync(step, new ShellRequest(), Ct));
        Assert.Equal(EngineCodes.NoShell, failure.Code);
        Assert.Equal(0, await Workshop.Engine.KeptSteps.EnterAsync(step, new ShellRequest { Arguments = ["/tool/busybox", "true"] }, Ct));
    }

    [Theory]
    [InlineData("COPY none /", EngineCodes.SourceNotFound)]
    [InlineData("USER nobody-knows\nRUN true", EngineCodes.UnknownUser)]
    [InlineData("RUN --mount=type=secret,id=none,required true", EngineCodes.SecretMissing)]
    public async Task Where_no_program_failed_there_is_nothing_to_enter(string instructions, string code)
    {
        await using Build build = Workshop.Engine.Start(Workshop.Request("FROM box:1\n" + instructions + "\n") with { OnFailure = FailureAction.Keep }, Ct);
        List<BuildEvent.Warning> warnings = [];
        await foreach (BuildEvent happened in build.Events)
            warnings.AddRange(happened is BuildEvent.Warning warning ? [warning] : []);
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => build.Completion);
        Assert.Equal((code, null), (failure.Code, failure.KeptStep));
        Assert.Equal(EngineCodes.NothingToEnter, Assert.Single(warnings).Diagnostic.Code);
        Assert.False(Directory.Exists(FailedPath));
    }

    [Fact]
    public async Task Nothing_is_kept_that_nobody_asked_for()
    {
        await Assert.ThrowsAsync<BuildException>(() => Workshop.BuildAsync("FROM box:1\nRUN false\n"));
        Assert.False(Directory.Exists(FailedPath));
        Assert.Equal(EngineCodes.UnknownKeptStep, Assert.Throws<BuildException>(() => Workshop.Engine.KeptSteps.Find("^0")).Code);
    }

    [Fact]
    public async Task A_held_step_is_entered_with_the_secrets_of_its_build_and_goes_with_it()
    {
        BuildRequest request = Workshop.Request("FROM box:1\nRUN --mount=type=secret,id=key,required touch /f; false\n") with { OnFailure = FailureAction.Hold };
        request = request with { Secrets = request.Secrets.Add("key", new SecretSource.Bytes(Encoding.UTF8.GetBytes(Value))) };
        await using (Build build = Workshop.Engine.Start(request, Ct))
        {
            Assert.Null((await Assert.ThrowsAsync<BuildException>(() => build.Completion)).KeptStep);
            Assert.NotNull(build.Held);
            Assert.Equal("[2/2] RUN --mount=type=secret,id=key,required touch /f; false", build.Held.Name);
            Assert.Equal(0, await build.Held.EnterAsync(new ShellRequest { Arguments = ["sh", "-c", $"test -e /f && grep {Value} /run/secrets/key"] }, Ct));
            // What it stands on is in use as long as it is held.
            Assert.DoesNotContain((await Workshop.Engine.Cache.PruneAsync(new PruneRequest { All = true }, Ct)).Removed, static e => e.Type is CacheEntryTypes.ImageLayer);
        }
        Assert.False(Directory.Exists(FailedPath));
        Assert.Contains((await Workshop.Engine.Cache.PruneAsync(new PruneRequest { All = true }, Ct)).Removed, static e => e.Type is CacheEntryTypes.ImageLayer);
    }

    [Fact]
    public async Task Kept_steps_are_found_by_their_ids_and_by_their_age()
    {
        string first = await KeepAsync("FROM box:1\nRUN exit 1\n"), second = await KeepAsync("FROM box:1\nRUN exit 2\n");
        LocalKeptSteps steps = Workshop.Engine.KeptSteps;
        Assert.Equal([second, first], steps.List().Select(static s => s.Id));
        Assert.Equal([2, 1, 2, 1], new[] { "^0", "^1", second, first }.Select(name => steps.Find(name).ExitCode ?? 0));
        Assert.Equal(EngineCodes.UnknownKeptStep, Assert.Throws<BuildException>(() => steps.Find("^2")).Code);
        Assert.Equal(EngineCodes.UnknownKeptStep, Assert.Throws<BuildException>(() => steps.Find("zzz")).Code);
        Assert.Equal(EngineCodes.AmbiguousKeptStep, Assert.Throws<BuildException>(() => steps.Find(first[..1])).Code);
    }

    [Fact]
    public async Task A_kept_step_is_part_of_the_store_and_goes_by_a_filter()
    {
        string id = await KeepAsync("FROM box:1\nRUN head -c 100000 /dev/zero > /big; false\n");
        CacheEntry entry = Assert.Single((await Workshop.Engine.Cache.MeasureAsync(Ct)).Entries, static e => e.Type == CacheEntryTypes.FailedStep);
        Assert.Equal(id, entry.Id);
        Assert.InRange(entry.SizeBytes, 100_000, 200_000);
        Assert.EndsWith("(failed)", entry.Description, StringComparison.Ordinal);
        PruneReport report = await Workshop.Engine.Cache.PruneAsync(new PruneRequest { Filter = static e => e.Type == CacheEntryTypes.FailedStep }, Ct);
        Assert.Equal([id], report.Removed.Select(static e => e.Id));
        Assert.Empty(Directory.GetFileSystemEntries(FailedPath));
    }

    [Fact]
    public async Task A_kept_step_goes_with_the_layers_that_it_stands_on()
    {
        string id = await KeepAsync("FROM box:1\nRUN touch /f\nRUN false\n"), other = await KeepAsync("FROM box:1\nRUN exit 5\n");
        PruneReport report = await Workshop.Engine.Cache.PruneAsync(new PruneRequest { Filter = static e => e.Type == CacheEntryTypes.Regular }, Ct);
        Assert.Contains(report.Removed, e => e.Id == id);
        Assert.Equal([other], Workshop.Engine.KeptSteps.List().Select(static s => s.Id));
    }

    [Fact]
    public async Task A_kept_step_whose_layer_is_gone_all_the_same_is_refused()
    {
        string id = await KeepAsync("FROM box:1\nRUN touch /f\nRUN false\n");
        Directory.Delete(Assert.Single(Directory.GetDirectories(Path.Combine(Workshop.StatePath, "layers"), "run-*")), recursive: true);
        Assert.Equal(EngineCodes.KeptStepUnusable, (await Assert.ThrowsAsync<BuildException>(() => EnterAsync(id, "true"))).Code);
    }

    private void AssertNowhere(string value)
    {
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        Assert.DoesNotContain(Directory.EnumerateFiles(Workshop.StatePath, "*", all), file => File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(value)) >= 0);
    }

    private Task<int> EnterAsync(string id, string script, Action<Diagnostic>? warned = null) =>
        Workshop.Engine.KeptSteps.EnterAsync(Workshop.Engine.KeptSteps.Find(id), new ShellRequest { Arguments = ["sh", "-c", script], Warned = warned ?? (static w => Assert.Fail(w.Message)) }, Ct);

    private async Task<string> KeepAsync(string dockerfile, Func<BuildRequest, BuildRequest>? edit = null)
    {
        string? id = (await FailAsync(dockerfile, edit)).KeptStep;
        Assert.NotNull(id);
        return id;
    }

    private Task<BuildException> FailAsync(string dockerfile, Func<BuildRequest, BuildRequest>? edit = null) =>
        Assert.ThrowsAsync<BuildException>(() => Workshop.BuildAsync(dockerfile, request => (edit?.Invoke(request) ?? request) with { OnFailure = FailureAction.Keep }));
}
