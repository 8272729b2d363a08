using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Dockerfile.Remote;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary>The option <c>--ssh</c>, in the spelling of <c>docker buildx build</c>.</summary>
internal sealed class SshOptions
{
    private const string SocketVariable = "SSH_AUTH_SOCK";

    private readonly Option<string[]> _agents = new("--ssh")
    {
        Description = "SSH agent for steps that mount it: the running one ($SSH_AUTH_SOCK), a socket, or key files; may be repeated",
        HelpName = "default|ID[=SOCKET|=KEY[,KEY]…]",
        DefaultValueFactory = static _ => [],
    };

    /// <summary>The options to add to a command.</summary>
    public IEnumerable<Option> All => [_agents];

    /// <summary>The agents of a command line. A build context that is reached by SSH is fetched with the running one, as with <c>docker buildx build</c>.</summary>
    /// <exception cref="UsageException">An option is not understood.</exception>
    public ImmutableDictionary<string, SshAgentSource> Read(ParseResult parsed, HostEnvironment environment, string context)
    {
        ImmutableDictionary<string, SshAgentSource> agents = Read(parsed.GetValue(_agents) ?? [], environment);
        bool wantsAgent = agents.IsEmpty && GitLocation.Parse(context, out _) is { Scheme: "ssh" };
        return wantsAgent && environment.Variables.GetValueOrDefault(SocketVariable) is { Length: > 0 } socket ? agents.Add("default", new SshAgentSource([socket])) : agents;
    }

    /// <summary>The agents that values of the option name.</summary>
    /// <exception cref="UsageException">A value is not understood, or an id is given twice.</exception>
    internal static ImmutableDictionary<string, SshAgentSource> Read(IEnumerable<string> values, HostEnvironment environment)
    {
        ImmutableDictionary<string, SshAgentSource>.Builder agents = ImmutableDictionary.CreateBuilder<string, SshAgentSource>(StringComparer.Ordinal);
        foreach (string value in values)
        {
            string[] parts = value.Split('=', 2);
            string id = parts[0].Length > 0 ? parts[0] : "default";
            if (agents.ContainsKey(id))
                throw new UsageException($"--ssh {value}: the agent \"{id}\" stands twice; several keys of one agent are separated by commas");
            ImmutableArray<string> paths = parts.Length == 2 && parts[1].Length > 0 ? [.. parts[1].Split(',')] : [RunningAgent(value, environment)];
            if (paths.Contains(""))
                throw new UsageException($"--ssh {value}: there is an empty path");
            agents[id] = new SshAgentSource(paths);
        }
        return agents.ToImmutable();
    }

    private static string RunningAgent(string value, HostEnvironment environment) => environment.Variables.GetValueOrDefault(SocketVariable) is { Length: > 0 } socket
        ? socket
        : throw new UsageException($"--ssh {value}: no agent is running, {SocketVariable} is not set; start one (eval $(ssh-agent); ssh-add), or give a key: --ssh {value}=$HOME/.ssh/id_ed25519");
}
