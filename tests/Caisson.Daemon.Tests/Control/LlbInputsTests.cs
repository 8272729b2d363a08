using Caisson.Daemon.Control;
using Caisson.Daemon.Llb;
using Caisson.Daemon.Proto.Llb;
using Caisson.Daemon.Sessions;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine;

namespace Caisson.Daemon.Tests.Control;

public sealed class LlbInputsTests
{
    [Fact]
    public async Task When_one_directory_cannot_be_had_the_others_are_let_go()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        await using FakeClient client = new();
        ClientSession session = await client.ConnectAsync();
        LlbGraph graph = new();
        Input first = graph.Add(new Op { Source = new SourceOp { Identifier = "local://one" } });
        Input second = graph.Add(new Op { Source = new SourceOp { Identifier = "local://two", Attrs = { ["local.session"] = "gone" } } });
        LlbDefinition definition = LlbDefinition.Read(graph.Resulting(graph.Merge(first, second)));
        SessionFiles files = new(daemon.Engine.ClientDirectories);
        await Assert.ThrowsAsync<IOException>(() => LlbInputs.OpenAsync(definition, id => id is null ? Task.FromResult(session) : throw new IOException("gone"), files, new StatusRecorder(new StatusLog(TimeProvider.System))));
        CacheEntry kept = Assert.Single((await daemon.Engine.Cache.MeasureAsync(TestContext.Current.CancellationToken)).Entries, static e => e.Type == CacheEntryTypes.Client);
        Assert.False(kept.IsInUse);
    }
}
