using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;

namespace Caisson.Engine.Tests.Steps;

/// <summary>SSH agents that steps mount, as OpenSSH's client sees them inside.</summary>
public sealed class SshTests : IAsyncLifetime
{
    private const string Add = "/in/ld.so --library-path /in /in/ssh-add";

    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0, "needs root");
        Assert.SkipUnless(Tool.Find("crun") is not null || Tool.Find("runc") is not null, "needs an OCI runtime: crun or runc");
        Tool.Require("ssh-agent");
        _workshop = await Workshop.OpenAsync();
        await _workshop.AddImageAsync("box:1", await Bases.BusyboxAsync());
        // The machine's program with its libraries, to run anywhere.
        await Tool.RunAsync("sh", "-c", $"mkdir -p {_workshop.Context.Path} && cd {_workshop.Context.Path} && cp $(command -v ssh-add) $(ldd $(command -v ssh-add) | grep -o '/[^ ]*') . && mv ld-linux* ld.so");
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "first", "-f", _workshop["first"]);
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-C", "second", "-f", _workshop["second"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_workshop is not null)
            await _workshop.DisposeAsync();
    }

    [Fact]
    public async Task A_step_uses_the_keys_of_files_and_nothing_of_them_stays()
    {
        Built built = await _workshop.BuildAsync(
            $"FROM box:1\nRUN --mount=target=/in --mount=type=ssh echo $SSH_AUTH_SOCK; stat -c '%F %a %u:%g' $SSH_AUTH_SOCK; {Add} -L\n",
            Keys("default", "first", "second"));
        string[] keys = [PublicOf("first"), PublicOf("second")];
        Assert.Equal(["/run/buildkit/ssh_agent.0", "socket 600 0:0", .. keys], Lines(built).Select(static l => l.StartsWith("ssh-", StringComparison.Ordinal) || l.StartsWith("ecdsa-", StringComparison.Ordinal) ? l.Split(' ')[1] : l));
        Assert.Empty(await Layers.OfAsync(built.Image.Layers[^1]));
        Assert.DoesNotContain(built.Image.Config.Config.Env ?? [], static e => e.StartsWith("SSH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_mount_shows_its_own_agent()
    {
        Built built = await _workshop.BuildAsync(
            $"FROM box:1\nRUN --mount=target=/in --mount=type=ssh,id=a --mount=type=ssh,id=b,target=/b.sock,mode=0666,uid=7,gid=8 --mount=type=ssh,id=a echo $SSH_AUTH_SOCK; {Add} -L; SSH_AUTH_SOCK=/b.sock {Add} -L; SSH_AUTH_SOCK=/run/buildkit/ssh_agent.2 {Add} -L; stat -c '%a %u:%g' /b.sock\n",
            r => Keys("b", "second")(Keys("a", "first")(r)));
        Assert.Equal(["/run/buildkit/ssh_agent.0", PublicOf("first"), PublicOf("second"), PublicOf("first"), "666 7:8"], Lines(built).Select(static l => l.Contains(" AAAA", StringComparison.Ordinal) ? l.Split(' ')[1] : l));
    }

    [Fact]
    public async Task A_step_uses_the_running_agent_of_the_user_and_cannot_change_it()
    {
        string socket = "/tmp/caisson-agent-" + Path.GetFileName(Path.GetDirectoryName(_workshop.StatePath));
        string agent = await Tool.RunAsync("sh", "-c", $"ssh-agent -a {socket} && SSH_AUTH_SOCK={socket} ssh-add -q {_workshop["first"]}");
        try
        {
            Built built = await _workshop.BuildAsync(
                $"FROM box:1\nUSER 9\nRUN --mount=target=/in --mount=type=ssh,uid=9 {Add} -L; {Add} -D 2>&1 | sed 's/^/says: /'; {Add} -l > /dev/null && echo still\n",
                r => r with { SshAgents = r.SshAgents.Add("default", new SshAgentSource([socket])) });
            Assert.Equal([PublicOf("first"), "says: Failed to remove all identities.", "still"], Lines(built).Select(static l => l.Contains(" AAAA", StringComparison.Ordinal) ? l.Split(' ')[1] : l));
        }
        finally
        {
            await Tool.RunAsync("sh", "-c", $"kill {agent.Split("Agent pid ")[1].Split(';')[0]}");
        }
    }

    [Fact]
    public async Task An_agent_that_is_not_given_is_left_out()
    {
        Built built = await _workshop.BuildAsync("FROM box:1\nRUN --mount=type=ssh test -e /run || echo none; echo $SSH_AUTH_SOCK\n");
        Assert.Equal(["none", "/run/buildkit/ssh_agent.0"], Lines(built));
    }

    [Fact]
    public async Task A_variable_of_the_stage_goes_first()
    {
        Built built = await _workshop.BuildAsync("FROM box:1\nENV SSH_AUTH_SOCK=/mine\nRUN --mount=type=ssh echo $SSH_AUTH_SOCK\n");
        Assert.Equal(["/mine"], Lines(built));
    }

    [Fact]
    public async Task An_agent_that_is_required_and_not_given_is_told_where_it_is_asked_for()
    {
        Diagnostic finding = await _workshop.FailAsync("FROM box:1\nRUN --mount=type=tmpfs,target=/t --mount=type=ssh,id=git,required=true true\n");
        Assert.Equal((EngineCodes.SshAgentMissing, "the step needs the SSH agent \"git\", which the build was not given"), (finding.Code, finding.Message));
        Assert.Equal(("start an agent, add a key to it with ssh-add, and give it with --ssh git", 34), (finding.Hint, finding.Where?.Column));
    }

    [Theory]
    [InlineData("there is no /no/such/key", "/no/such/key")]
    [InlineData("an agent has either one socket or key files", "first", "SOCKET")]
    public async Task What_is_no_agent_is_told_before_anything_is_built(string reason, params string[] paths)
    {
        using System.Net.Sockets.Socket socket = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_workshop["s"]));
        ImmutableArray<string> given = [.. paths.Select(p => p == "SOCKET" ? _workshop["s"] : p.StartsWith('/') ? p : _workshop[p])];
        Diagnostic finding = await _workshop.FailAsync("FROM scratch\n", r => r with { SshAgents = r.SshAgents.Add("x", new SshAgentSource(given)) });
        Assert.Equal((EngineCodes.SshAgentUnusable, $"the SSH agent \"x\" cannot be used: {reason}"), (finding.Code, finding.Message));
    }

    [Fact]
    public async Task A_key_with_a_passphrase_is_refused()
    {
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "passphrase", "-f", _workshop["locked"]);
        Diagnostic finding = await _workshop.FailAsync("FROM box:1\nRUN --mount=type=ssh true\n", Keys("default", "locked"));
        Assert.Equal((EngineCodes.SshAgentUnusable, $"the SSH agent \"default\" cannot be used: the key {_workshop["locked"]} is not taken: it is protected by a passphrase"), (finding.Code, finding.Message));
    }

    private Func<BuildRequest, BuildRequest> Keys(string id, params string[] names) =>
        request => request with { SshAgents = request.SshAgents.Add(id, new SshAgentSource([.. names.Select(n => _workshop[n])])) };

    private string PublicOf(string name) => File.ReadAllText(_workshop[name + ".pub"]).Split(' ')[1];

    private static ImmutableArray<string> Lines(Built built) => [.. built.Events.OfType<BuildEvent.StepOutput>().Select(static o => o.Line)];
}
