using System.Collections.Immutable;
using Caisson.Linux.Files;
using Caisson.Linux.Machine;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Machine;

public sealed class MachineCheckTests : IAsyncLifetime
{
    private readonly TempDirectory _temp = new();
    private WorkArea? _work;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private WorkArea Work => _work ?? throw new InvalidOperationException("the test has not begun");

    public async ValueTask InitializeAsync() => _work = await WorkArea.CreateAsync(_temp.Path, TimeProvider.System, Ct);

    public ValueTask DisposeAsync()
    {
        _work?.Dispose();
        _temp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Everything_that_builds_need_is_looked_at_the_most_important_first()
    {
        ImmutableArray<Finding> findings = await new MachineCheck(Requires.SearchPath, runtime: null, Work).RunAsync(Ct);
        Assert.Equal(
            [
                "user", "rung 1: all ids", "rung 2: one id", "rung 3: files only", "namespaces", "overlay", "OCI runtime", "user namespaces", "subordinate ids", "seccomp", "emulators",
                "zstd", "xz", "bzip2", "mmdebstrap", "git", "gpg", "ssh-keygen",
            ],
            findings.Select(static f => f.Name));
        Assert.All(findings, static f => Assert.NotEmpty(f.Detail));
        Assert.All(findings, static f => Assert.Equal(f.State == FindingState.Works, f.Cure is null || f.Name == "seccomp"));
    }

    [Theory]
    [MemberData(nameof(Runtimes.OfDebian), MemberType = typeof(Runtimes))]
    public async Task A_runtime_that_runs_containers_is_found_to(string runtime)
    {
        Requires.Root();
        Requires.Tool(runtime);
        Finding finding = await FindAsync(Requires.SearchPath, runtime, "OCI runtime");
        Assert.True(finding.State == FindingState.Works, finding.Detail);
        Assert.StartsWith(runtime, finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_runtime_steps_cannot_run_and_the_cure_is_given()
    {
        Requires.Root();
        Finding finding = await FindAsync(_temp["nothing"], runtime: null, "OCI runtime");
        Assert.Equal(
            new Finding("OCI runtime", FindingState.Missing, "no OCI runtime is on this machine (crun, runc, youki)", "apt-get install crun (or runc)"),
            finding);
    }

    [Fact]
    public async Task A_program_that_takes_itself_for_a_runtime_is_found_out()
    {
        Requires.Root();
        await Tool.ShellAsync(_temp.Path, "printf '#!/bin/sh\\necho not today >&2\\nexit 3\\n' > crun; chmod 755 crun");
        Finding finding = await FindAsync(Requires.SearchPath, _temp["crun"], "OCI runtime");
        Assert.Equal(FindingState.Missing, finding.State);
        Assert.Contains("exit code 3", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_programs_limit_what_can_be_done()
    {
        ImmutableArray<Finding> findings = await new MachineCheck(_temp["nothing"], runtime: null, Work).RunAsync(Ct);
        Assert.All(findings.Where(static f => f.Name is "subordinate ids" or "mmdebstrap" or "git" or "gpg" or "ssh-keygen"), static f => Assert.Equal(FindingState.Limited, f.State));
    }

    private async Task<Finding> FindAsync(string searchPath, string? runtime, string name) =>
        (await new MachineCheck(searchPath, runtime, Work).RunAsync(Ct)).Single(f => f.Name == name);
}
