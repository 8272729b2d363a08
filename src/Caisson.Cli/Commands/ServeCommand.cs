using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Daemon;
using Caisson.Daemon.Hosting;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson serve</c>: the APIs of Docker and of BuildKit, for their clients.</summary>
internal sealed class ServeCommand : Command
{
    private readonly EngineHost _host;
    private readonly Option<string[]> _addresses = new("--addr") { Description = "Where clients of BuildKit and of Docker find the daemon: unix:///path or tcp://ADDRESS:PORT; may be repeated. Default: unix:///run/caisson/caisson.sock, for an ordinary user below $XDG_RUNTIME_DIR", HelpName = "ADDRESS", DefaultValueFactory = static _ => [] };
    private readonly Option<string[]> _dockerAddresses = new("--docker-addr") { Description = "Another address, for clients of Docker; may be repeated", HelpName = "ADDRESS", DefaultValueFactory = static _ => [] };

    public ServeCommand(EngineHost host)
        : base("serve", "Build for Docker's and BuildKit's own clients: docker, buildx, compose and buildctl")
    {
        _host = host;
        Options.Add(_addresses);
        Options.Add(_dockerAddresses);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        ImmutableArray<DaemonAddress> addresses = AddressesOf(parsed);
        _host.Enter();
        BuildEngine engine = await _host.OpenAsync(parsed, ct);
        await using (engine)
        {
            BuildDaemon daemon = new(engine, addresses);
            await using (daemon)
            {
                await daemon.StartAsync(ct);
                foreach (DaemonAddress address in addresses)
                    await Console.Error.WriteLineAsync($"listening on {address}");
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, ct);
                }
                catch (OperationCanceledException)
                {
                }
                await daemon.StopAsync(CancellationToken.None);
            }
        }
        return ExitCodes.Success;
    }

    private ImmutableArray<DaemonAddress> AddressesOf(ParseResult parsed)
    {
        string[] given = [.. parsed.GetValue(_addresses) ?? [], .. parsed.GetValue(_dockerAddresses) ?? []];
        if (given.Length == 0)
            given = [$"unix://{_host.Environment.Find("XDG_RUNTIME_DIR") ?? "/run"}/caisson/caisson.sock"];
        return [.. given.Select(static text => DaemonAddress.TryParse(text, out DaemonAddress? address) ? address : throw new UsageException($"\"{text}\" is no address: write unix:///path or tcp://ADDRESS:PORT"))];
    }
}
