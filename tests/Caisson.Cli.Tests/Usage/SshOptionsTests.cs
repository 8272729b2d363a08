using System.Collections.Immutable;
using Caisson.Cli.Commands;
using Caisson.Cli.Hosting;
using Caisson.Engine;

namespace Caisson.Cli.Tests.Usage;

public sealed class SshOptionsTests
{
    [Theory]
    [InlineData("default", "default: /run/agent")]
    [InlineData("", "default: /run/agent")]
    [InlineData("git", "git: /run/agent")]
    [InlineData("git=", "git: /run/agent")]
    [InlineData("git=/s", "git: /s")]
    [InlineData("=/s", "default: /s")]
    [InlineData("git=/k1,/k2", "git: /k1|/k2")]
    [InlineData("git=/a=b", "git: /a=b")]
    public void A_value_of_ssh_names_its_agent(string value, string expected) => Assert.Equal(expected, Text(Assert.Single(Read("/run/agent", value))));

    [Theory]
    [InlineData("a", "a=/k", "--ssh a=/k: the agent \"a\" stands twice; several keys of one agent are separated by commas")]
    [InlineData("a=/k,", null, "--ssh a=/k,: there is an empty path")]
    public void A_wrong_value_is_refused(string first, string? second, string expected) =>
        Assert.Equal(expected, Assert.Throws<UsageException>(() => Read("/run/agent", [.. second is null ? (string[])[first] : [first, second]])).Message);

    [Fact]
    public void Without_a_running_agent_a_key_is_needed() =>
        Assert.Equal(
            "--ssh default: no agent is running, SSH_AUTH_SOCK is not set; start one (eval $(ssh-agent); ssh-add), or give a key: --ssh default=$HOME/.ssh/id_ed25519",
            Assert.Throws<UsageException>(() => Read("", "default")).Message);

    private static ImmutableDictionary<string, SshAgentSource> Read(string socket, params string[] values) => SshOptions.Read(values, new HostEnvironment
    {
        Variables = new Dictionary<string, string> { ["SSH_AUTH_SOCK"] = socket },
        ProgramPath = "",
        Arguments = [],
        Processors = 1,
        HasTerminal = false,
    });

    private static string Text(KeyValuePair<string, SshAgentSource> agent) => $"{agent.Key}: {string.Join('|', agent.Value.Paths)}";
}
