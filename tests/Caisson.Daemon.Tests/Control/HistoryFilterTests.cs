using Caisson.Daemon.Control;
using Caisson.Daemon.Proto.Control;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Caisson.Daemon.Tests.Control;

public sealed class HistoryFilterTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    // Begun an hour ago, done in 40 seconds.
    private static readonly BuildHistoryRecord Build = new() { Ref = "r1", CreatedAt = Timestamp.FromDateTimeOffset(Now.AddHours(-1)), CompletedAt = Timestamp.FromDateTimeOffset(Now.AddHours(-1).AddSeconds(40)), FrontendAttrs = { { "vcs:source", "https://example.test/a?b==c" } } };

    [Theory]
    [InlineData("ref==r1", true)]
    [InlineData("ref!=r1", false)]
    [InlineData("status==completed,duration>30s", true)]
    [InlineData("duration>=1m", false)]
    [InlineData("duration<=40s", true)]
    [InlineData("startedAt>2h", true)]
    [InlineData("startedAt>30m", false)]
    [InlineData("completedAt<2026-11-22T11:30:00Z", true)]
    [InlineData("repository~=a?b==c", true)]
    public void A_filter_takes_builds(string filter, bool takes) => Assert.Equal(takes, HistoryFilter.Matches([filter], Build, Now));

    [Theory]
    [InlineData("color==red")]
    [InlineData("ref")]
    [InlineData("ref<r1")]
    [InlineData("duration>long")]
    [InlineData("startedAt>yesterday")]
    public void What_is_not_understood_is_refused(string filter) => Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<RpcException>(() => HistoryFilter.Matches([filter], Build, Now)).StatusCode);
}
