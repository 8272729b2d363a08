using System.Collections.Immutable;
using System.Net.Sockets;
using Caisson.Linux.Agents;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Agents;

/// <summary>Agents as OpenSSH's own programs see them.</summary>
public sealed class AgentTests : IAsyncLifetime
{
    private readonly TempDirectory _temp = new();
    private WorkArea _work = null!; // made before each test
    private SandboxHost _host = null!; // made before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Requires.Root();
        Requires.Tool("ssh-agent");
        _work = await WorkArea.CreateAsync(_temp["work"], TimeProvider.System, Ct);
        _host = new SandboxHost(new SandboxHostOptions { SearchPath = Requires.SearchPath }, _work);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        _work?.Dispose();
        _temp.Dispose();
    }

    [Theory]
    [InlineData("ed25519", "")]
    [InlineData("rsa", "")]
    [InlineData("ecdsa", "")]
    [InlineData("rsa", "-m PEM")]
    [InlineData("ecdsa", "-m PKCS8")]
    public async Task Keys_of_every_form_are_taken_listed_and_sign(string type, string options)
    {
        await using KeyAgent agent = await StartAsync();
        await MakeKeyAsync("key", type, options);
        Assert.Null(await agent.AddAsync(await File.ReadAllBytesAsync(_temp["key"], Ct), Ct));
        await using ConnectionSocket socket = AgentSocket.Open(_work.NewDirectory("agent"), agent.SocketPath, 0x180, (0, 0));
        Assert.Equal(await PublicAsync("key"), (await AgentAsync(socket, "ssh-add", "-L")).Output.Split(' ')[1]);
        // The program signs with the agent's key and checks the signature.
        Assert.Equal(0, (await AgentAsync(socket, "ssh-add", "-T", _temp["key.pub"])).ExitCode);
    }

    [Theory]
    [InlineData("a passphrase", "it is protected by a passphrase")]
    [InlineData("", null)]
    public async Task A_key_that_needs_a_passphrase_is_refused_and_no_one_is_asked(string passphrase, string? refusal)
    {
        await using KeyAgent agent = await StartAsync();
        await Tool.ShellAsync(_temp.Path, $"ssh-keygen -q -t ed25519 -N '{passphrase}' -f key");
        Assert.Equal(refusal, await agent.AddAsync(await File.ReadAllBytesAsync(_temp["key"], Ct), Ct));
    }

    [Fact]
    public async Task What_is_no_key_is_refused()
    {
        await using KeyAgent agent = await StartAsync();
        Assert.NotNull(await agent.AddAsync("nothing"u8.ToArray(), Ct));
    }

    [Fact]
    public async Task Through_the_socket_no_key_can_be_added_removed_or_locked_away()
    {
        await using KeyAgent agent = await StartAsync();
        await MakeKeyAsync("key", "ed25519");
        await MakeKeyAsync("other", "ed25519");
        await agent.AddAsync(await File.ReadAllBytesAsync(_temp["key"], Ct), Ct);
        await using ConnectionSocket socket = AgentSocket.Open(_work.NewDirectory("agent"), agent.SocketPath, 0x180, (0, 0));
        Assert.Equal(1, (await AgentAsync(socket, "ssh-add", "-q", _temp["other"])).ExitCode);
        Assert.Equal(1, (await AgentAsync(socket, "ssh-add", "-D")).ExitCode);
        Assert.Equal(1, (await AgentAsync(socket, "ssh-add", "-d", _temp["key.pub"])).ExitCode);
        Assert.Equal(await PublicAsync("key"), (await AgentAsync(socket, "ssh-add", "-L")).Output.Trim().Split(' ')[1]);
    }

    [Fact]
    public async Task The_socket_belongs_to_whom_it_is_for()
    {
        await using KeyAgent agent = await StartAsync();
        string directory = _work.NewDirectory("agent");
        await using ConnectionSocket socket = AgentSocket.Open(directory, agent.SocketPath, 0x1B0, (5, 6));
        using DirectoryHandle handle = DirectoryHandle.Open(directory);
        FileStatus status = handle.Status(Path.GetFileName(socket.Path));
        Assert.Equal((FileKind.Socket, 0x1B0, 5u, 6u), (status.Kind, status.Mode, status.Uid, status.Gid));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 11 })]
    [InlineData(new byte[] { 0, 4, 0, 1, 11 })]
    public async Task Whoever_sends_no_message_or_one_too_long_is_cut_off(byte[] sent)
    {
        await using KeyAgent agent = await StartAsync();
        await using ConnectionSocket socket = AgentSocket.Open(_work.NewDirectory("agent"), agent.SocketPath, 0x180, (0, 0));
        using Socket client = await ConnectAsync(socket);
        await client.SendAsync(sent, Ct);
        Assert.Equal(0, await ReceiveAsync(client));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 1, 19 })]
    [InlineData(new byte[] { 0, 0, 0, 5, 27, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 1, 0 })]
    public async Task What_does_more_than_use_keys_is_answered_with_a_refusal(byte[] request)
    {
        await using KeyAgent agent = await StartAsync();
        await using ConnectionSocket socket = AgentSocket.Open(_work.NewDirectory("agent"), agent.SocketPath, 0x180, (0, 0));
        using Socket client = await ConnectAsync(socket);
        await client.SendAsync(request, Ct);
        byte[] answer = new byte[5];
        Assert.Equal(5, await client.ReceiveAsync(answer, Ct));
        Assert.Equal([0, 0, 0, 1, 5], answer);
    }

    [Fact]
    public async Task An_agent_that_is_gone_closes_the_connection_and_nothing_more()
    {
        await using ConnectionSocket socket = AgentSocket.Open(_work.NewDirectory("agent"), _temp["none"], 0x180, (0, 0));
        using Socket client = await ConnectAsync(socket);
        try
        {
            await client.SendAsync(new byte[] { 0, 0, 0, 1, 11 }, Ct);
            Assert.Equal(0, await ReceiveAsync(client));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.Shutdown or SocketError.ConnectionReset)
        {
            // It was closed before the request came.
        }
    }

    [Fact]
    public async Task The_process_of_an_agent_ends_with_it()
    {
        KeyAgent agent = await StartAsync();
        string directory = Path.GetDirectoryName(agent.SocketPath)!; // a path in a directory
        Assert.Equal(1, Count(directory));
        await agent.DisposeAsync();
        Assert.Equal(0, Count(directory));
    }

    private async Task<KeyAgent> StartAsync() => await KeyAgent.StartAsync(await _host.GetNamespacesAsync(Ct), _work.NewDirectory("keys"), Ct);

    private Task<string> MakeKeyAsync(string name, string type, string options = "") => Tool.ShellAsync(_temp.Path, $"ssh-keygen -q -t {type} {options} -N '' -f {name}");

    private async Task<string> PublicAsync(string name) => (await File.ReadAllTextAsync(_temp[name + ".pub"], Ct)).Split(' ')[1];

    private static async Task<ProcessResult> AgentAsync(ConnectionSocket socket, string program, params string[] arguments)
    {
        ProcessRequest request = new()
        {
            File = program,
            Arguments = [.. arguments],
            WorkingDirectory = Path.GetDirectoryName(socket.Path),
            Environment = ImmutableSortedDictionary<string, string?>.Empty.Add("SSH_AUTH_SOCK", Path.GetFileName(socket.Path)),
        };
        return await ProcessRunner.Direct.CaptureAsync(request, Ct);
    }

    private static async Task<Socket> ConnectAsync(ConnectionSocket socket)
    {
        Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using UnixSocketAddress address = new(socket.Path);
        await client.ConnectAsync(address.EndPoint, Ct);
        return client;
    }

    // What is closed before all was read of it says so with an error.
    private static async Task<int> ReceiveAsync(Socket client)
    {
        try
        {
            return await client.ReceiveAsync(new byte[16], Ct);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }

    // The agents of a directory: it is their working directory.
    private static int Count(string directory) => Directory.GetDirectories("/proc").Count(process =>
    {
        try
        {
            return Path.GetFileName(process).All(char.IsAsciiDigit) && File.ReadAllText(Path.Combine(process, "comm")) == "ssh-agent\n" && File.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName == directory;
        }
        catch (IOException)
        {
            return false;
        }
    });
}
