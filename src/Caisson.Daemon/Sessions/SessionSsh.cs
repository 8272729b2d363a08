using Caisson.Daemon.Proto.Sessions.Ssh;
using Caisson.Linux.Agents;
using Grpc.Core;

namespace Caisson.Daemon.Sessions;

/// <summary>SSH agents of a client.</summary>
internal static class SessionSsh
{
    private const string IdKey = "buildkit.ssh.id";

    /// <summary>Makes a socket behind which is the client's agent, until it is disposed.</summary>
    /// <param name="session">The client.</param>
    /// <param name="id">The agent's name there.</param>
    /// <param name="directory">An empty directory for the socket.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RpcException">The client has no such agent, or is gone.</exception>
    public static async Task<ConnectionSocket> ForwardAsync(ClientSession session, string id, string directory, CancellationToken ct)
    {
        SSH.SSHClient client = new(session.Calls);
        await client.CheckAgentAsync(new CheckAgentRequest { ID = id }, cancellationToken: ct).ConfigureAwait(false);
        return ConnectionSocket.Open(directory, async (program, end) =>
        {
            using AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call = client.ForwardAgent([new Metadata.Entry(IdKey, id)], cancellationToken: end);
            MessageStream<BytesMessage> agent = new(call.ResponseStream, static m => m.Data, call.RequestStream, static b => new BytesMessage { Data = b });
            await using (agent.ConfigureAwait(false))
                await RelayAsync(program, agent, call.RequestStream, end).ConfigureAwait(false);
        });
    }

    // A program that has asked all may still read; an agent that has said all has ended.
    private static async Task RelayAsync(Stream program, Stream agent, IClientStreamWriter<BytesMessage> output, CancellationToken ct)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task asking = AskAsync(program, agent, output, over.Token);
        try
        {
            await agent.CopyToAsync(program, ct).ConfigureAwait(false);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await asking.ConfigureAwait(false);
        }
    }

    private static async Task AskAsync(Stream program, Stream agent, IClientStreamWriter<BytesMessage> output, CancellationToken ct)
    {
        try
        {
            await program.CopyToAsync(agent, ct).ConfigureAwait(false);
            await output.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The answers end as well, and with them the connection.
        }
    }
}
