using System.Net.Sockets;
using System.Text;
using Caisson.Daemon.Tests.Testing;

namespace Caisson.Daemon.Tests.Conversations;

/// <summary>
/// What docker 28.5 and buildx 0.29 sent to a daemon, byte for byte: <c>scripts/record-client.py</c> wrote it down. A recording is said as it is, without waiting for what it answers; so of builds
/// with a session only the beginning means anything, and then the daemon meets a client that says things nobody has asked for.
/// </summary>
public sealed class RecordedClientsTests
{
    private const int Cuts = 24;
    private const byte HeadersFrame = 1, DataFrame = 0;
    private const byte EndOfStream = 1;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. Directory.GetFiles(Folder, "*.recorded").Select(static p => Path.GetFileNameWithoutExtension(p)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Conversations");

    [Theory]
    [InlineData("buildx-inspect", 3)]
    [InlineData("buildx-du", 1)]
    [InlineData("buildx-prune", 1)]
    [InlineData("buildx-history", 4)]
    public async Task Every_call_of_a_client_of_BuildKit_is_answered_without_an_error(string name, int calls)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        using Socket socket = await daemon.ConnectAsync(Ct);
        await socket.SendAsync(Read(name), Ct);
        byte[] answer = await AnswerAsync(socket, said => Ends(said) >= calls);
        Assert.Equal(calls, Ends(answer));
        string text = Encoding.Latin1.GetString(answer);
        Assert.Contains("grpc-status", text, StringComparison.Ordinal);
        Assert.DoesNotContain("grpc-message", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker-version", "\"ApiVersion\":")]
    [InlineData("docker-images", "\r\n\r\n[]\n")]
    [InlineData("docker-classic", "Successfully tagged rec2:latest")]
    public async Task A_client_of_Docker_is_answered(string name, string expected)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        using Socket socket = await daemon.ConnectAsync(Ct);
        await socket.SendAsync(Read(name), Ct);
        Assert.Contains(expected, Encoding.UTF8.GetString(await AnswerAsync(socket, said => Encoding.UTF8.GetString(said).Contains(expected, StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_client_may_die_at_every_point_and_nothing_stays_behind(string name)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        byte[] said = Read(name);
        for (int cut = 1; cut <= Cuts; cut++)
        {
            using Socket socket = await daemon.ConnectAsync(Ct);
            await socket.SendAsync(said.AsMemory(0, said.Length * cut / Cuts), Ct);
            // By turns the client is gone at once, says that it has ended, and is gone when the daemon has begun to answer.
            if (cut % 3 == 1)
                socket.Shutdown(SocketShutdown.Send);
            else if (cut % 3 == 2 && cut > Cuts / 2)
                await socket.ReceiveAsync(new byte[1], Ct);
        }

        Assert.Contains("Successfully built", string.Concat((await daemon.BuildAsync("", await Context.TarAsync(("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")))).Select(static m => m.ToString())), StringComparison.Ordinal);
        Assert.Equal(0, await daemon.Daemon.StopAsync(TimeSpan.Zero));
    }

    private static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".recorded"));

    private static async Task<byte[]> AnswerAsync(Socket socket, Predicate<byte[]> isWhole)
    {
        using MemoryStream answer = new();
        byte[] buffer = new byte[64 << 10];
        while (!isWhole(answer.ToArray()) && await socket.ReceiveAsync(buffer, Ct) is > 0 and var count)
            answer.Write(buffer, 0, count);
        return answer.ToArray();
    }

    // How many streams the frames end (RFC 9113, section 4.1).
    private static int Ends(byte[] frames)
    {
        int ends = 0;
        for (int at = 0; at + 9 <= frames.Length; at += 9 + ((frames[at] << 16) | (frames[at + 1] << 8) | frames[at + 2]))
        {
            if (frames[at + 3] is HeadersFrame or DataFrame && (frames[at + 4] & EndOfStream) != 0)
                ends++;
        }
        return ends;
    }
}
