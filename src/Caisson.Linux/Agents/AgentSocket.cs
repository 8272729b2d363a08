using System.Net.Sockets;
using Caisson.Linux.Native;

namespace Caisson.Linux.Agents;

/// <summary>A socket of its own for one step, behind which is the agent of another: it lists keys and signs, and does nothing else that is asked of an agent.</summary>
public static class AgentSocket
{
    /// <summary>Opens a socket.</summary>
    /// <param name="directory">An empty directory for it.</param>
    /// <param name="agentPath">The socket of the agent.</param>
    /// <param name="mode">Permission bits of the socket.</param>
    /// <param name="owner">Its owner and group.</param>
    /// <exception cref="SystemCallException">The owner has no number in the user namespace.</exception>
    public static ConnectionSocket Open(string directory, string agentPath, int mode, (uint Uid, uint Gid) owner) =>
        ConnectionSocket.Open(directory, mode, owner, (client, ct) => ServeAsync(client, agentPath, ct));

    // A connection that breaks, on either side, is closed: the client is told nothing else by an agent either.
    private static async Task ServeAsync(Stream client, string agentPath, CancellationToken ct)
    {
        using UnixSocketAddress address = new(agentPath);
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(address.EndPoint, ct).ConfigureAwait(false);
        NetworkStream agent = new(socket);
        await using (agent.ConfigureAwait(false))
        {
            while (await AgentMessage.ReadAsync(client, ct).ConfigureAwait(false) is { } request)
            {
                ReadOnlyMemory<byte> answer = AgentMessage.Refusal;
                if (AgentMessage.OnlyUsesKeys(request))
                {
                    await agent.WriteAsync(request, ct).ConfigureAwait(false);
                    answer = await AgentMessage.ReadAsync(agent, ct).ConfigureAwait(false) ?? throw new EndOfStreamException();
                }
                await client.WriteAsync(answer, ct).ConfigureAwait(false);
            }
        }
    }
}
