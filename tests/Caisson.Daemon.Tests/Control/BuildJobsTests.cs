using Caisson.Daemon.Control;
using Caisson.Daemon.Proto.Control;
using Grpc.Core;

namespace Caisson.Daemon.Tests.Control;

public sealed class BuildJobsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_build_is_found_by_who_asks_before_it_begins_and_after_it_has_ended()
    {
        BuildJobs jobs = new(TimeProvider.System);
        Task<BuildJob> early = jobs.GetAsync("a", Ct);
        BuildJob job = new(new SolveRequest { Ref = "a" }, new StatusLog(TimeProvider.System), Ct);
        jobs.Add(job);
        Assert.Same(job, await early);
        jobs.End(job);
        Assert.Same(job, await jobs.GetAsync("a", Ct));
    }

    [Fact]
    public void Two_builds_have_two_names()
    {
        BuildJobs jobs = new(TimeProvider.System);
        BuildJob job = new(new SolveRequest { Ref = "a" }, new StatusLog(TimeProvider.System), Ct);
        jobs.Add(job);
        Assert.Equal(StatusCode.AlreadyExists, Assert.Throws<RpcException>(() => jobs.Add(job)).StatusCode);
    }
}
