using System.Net.Sockets;
using System.Text;
using Caisson.Linux.Agents;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Agents;

public sealed class ConnectionSocketTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Each_connection_is_served_and_one_that_breaks_ends_alone()
    {
        await using ConnectionSocket socket = ConnectionSocket.Open(_temp.Path, static async (stream, ct) =>
        {
            byte[] one = new byte[1];
            await stream.ReadExactlyAsync(one, ct);
            if (one[0] == 'x')
                throw new InvalidDataException();
            await stream.WriteAsync(one, ct);
        });
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket.Path));
        Assert.Equal("", await AskAsync(socket.Path, "x"));
        Assert.Equal("y", await AskAsync(socket.Path, "y"));
    }

    [Fact]
    public async Task When_it_is_closed_its_connections_are()
    {
        ConnectionSocket socket = ConnectionSocket.Open(_temp.Path, static (_, ct) => Task.Delay(Timeout.InfiniteTimeSpan, ct));
        Task<string> asked = AskAsync(socket.Path, "x");
        await socket.DisposeAsync();
        await asked.ContinueWith(static _ => { }, TaskScheduler.Default).WaitAsync(Ct);
    }

    private static async Task<string> AskAsync(string path, string text)
    {
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path), Ct);
        await using NetworkStream stream = new(client);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Ct);
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync(Ct);
    }
}
