using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Oci.Registry;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson logout</c>: forgets what <c>caisson login</c> kept.</summary>
internal sealed class LogoutCommand : Command
{
    private readonly EngineHost _host;
    private readonly Option<bool> _all = new("--all", "-a") { Description = "Forget the credentials of all registries" };
    private readonly Argument<string?> _registry = new("REGISTRY") { Description = "Registry, host[:port]. Default: docker.io", Arity = ArgumentArity.ZeroOrOne };

    public LogoutCommand(EngineHost host)
        : base("logout", "Forget the credentials for a registry")
    {
        _host = host;
        Options.Add(_all);
        Arguments.Add(_registry);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        bool all = parsed.GetValue(_all);
        if (all && parsed.GetValue(_registry) is not null)
            throw new UsageException("--all and a registry: give one of them");
        CredentialKeeper keeper = new(CredentialFiles.Own(_host.Environment));
        string registry = RegistryName.Parse(parsed.GetValue(_registry));
        foreach (string key in all ? keeper.Keys : [DockerConfigEditor.KeyOf(registry)])
        {
            bool wasThere = await keeper.ForgetAsync(key, ct);
            string name = all ? key : registry;
            await Console.Out.WriteLineAsync(wasThere ? $"Logged out of {name}" : $"Not logged in to {name}");
        }
        return ExitCodes.Success;
    }
}
