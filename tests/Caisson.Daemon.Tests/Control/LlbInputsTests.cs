using Caisson.Daemon.Control;
using Caisson.Daemon.Llb;
using Caisson.Daemon.Proto.Llb;
using Caisson.Daemon.Sessions;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine;
using Caisson.Engine.Spelling;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Daemon.Tests.Control;

public sealed class LlbInputsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Directories_of_a_graph_that_is_refused_half_way_are_let_go()
    {
        using TempDirectory directory = new();
        await using BuildEngine engine = await BuildEngine.OpenAsync(new BuildEngineOptions { StatePath = directory["store"], SearchPath = "/usr/sbin:/usr/bin:/sbin:/bin" }, Ct);
        await using FakeClient client = new();
        ClientSession session = await client.ConnectAsync();
        SessionFiles files = new(engine.ClientDirectories);
        string kept;
        using (ClientDirectory first = files.Open(session, new FileRequest("one")))
            kept = first.Path;
        LlbGraph graph = new();
        graph.Add(new Op { Source = new SourceOp { Identifier = "local://one" } });
        Input refused = graph.Add(new Op { Source = new SourceOp { Identifier = "local://two", Attrs = { { "local.followpaths", "no list" } } } });
        StatusRecorder recorder = new(new StatusLog(TimeProvider.System));
        UsageException failure = await Assert.ThrowsAsync<UsageException>(() => LlbInputs.OpenAsync(LlbDefinition.Read(graph.Resulting(refused)).Sources, _ => Task.FromResult(session), files, recorder));
        Assert.Contains("local.followpaths is no list", failure.Message, StringComparison.Ordinal);
        // While somebody has it, another one gets another one.
        using ClientDirectory again = files.Open(session, new FileRequest("one"));
        Assert.Equal(kept, again.Path);
    }
}
