using Caisson.Daemon.Control;
using Caisson.Daemon.Proto.Sessions.Ssh;
using Caisson.Daemon.Tests.Testing;
using Caisson.Oci.Tests.Testing;
using Grpc.Core;

namespace Caisson.Daemon.Tests.Control;

public sealed class ClientAgentsTests : IAsyncLifetime
{
    private readonly FakeClient _client = new();
    private readonly TempDirectory _directory = new();
    private int _directories;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        SSH.BindService(_client.Serves, new Agent());
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task An_agent_is_behind_one_socket_until_the_build_ends()
    {
        string? path;
        await using (ClientAgents agents = new(await _client.ConnectAsync(), NewDirectory))
        {
            path = await agents.FindAsync("default", Ct);
            Assert.Equal(path, await agents.FindAsync("default", Ct));
            Assert.True(File.Exists(path));
            Assert.Null(await agents.FindAsync("other", Ct));
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task A_client_that_does_not_say_holds_nobody_who_gives_up_nor_the_end()
    {
        await using (ClientAgents agents = new(await _client.ConnectAsync(), NewDirectory))
        {
            using CancellationTokenSource stop = new();
            Task asking = agents.FindAsync("silent", stop.Token);
            Assert.False(asking.IsCompleted);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(TimeSpan.FromSeconds(10), Ct));
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task A_client_that_is_gone_is_an_error()
    {
        await using (ClientAgents agents = new(await _client.ConnectAsync(), NewDirectory))
        {
            Task asking = agents.FindAsync("silent", Ct);
            _client.Die();
            await Assert.ThrowsAsync<IOException>(() => asking);
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    private string NewDirectory() => Directory.CreateDirectory(_directory[$"{++_directories}"]).FullName;

    private sealed class Agent : SSH.SSHBase
    {
        public override async Task<CheckAgentResponse> CheckAgent(CheckAgentRequest request, ServerCallContext context)
        {
            if (request.ID == "silent")
                await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
            return request.ID == "default" ? new CheckAgentResponse() : throw new RpcException(new Status(StatusCode.Unknown, $"unset ssh forward key {request.ID}"));
        }
    }
}
