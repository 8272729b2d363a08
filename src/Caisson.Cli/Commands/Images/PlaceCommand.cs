using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;

namespace Caisson.Cli.Commands.Images;

/// <summary>A command about images of any place: opens the engine, does its work, closes it.</summary>
internal abstract class PlaceCommand : Command
{
    private readonly EngineHost _host;

    protected PlaceCommand(EngineHost host, string name, string description)
        : base(name, description)
    {
        _host = host;
        SetAction(RunAsync);
    }

    /// <summary>What is taken of the process.</summary>
    protected HostEnvironment Environment => _host.Environment;

    /// <summary>Checks what the command line says, before anything is opened.</summary>
    /// <exception cref="UsageException">Something of it cannot be.</exception>
    protected virtual void Check(ParseResult parsed)
    {
    }

    /// <summary>Does the command's work and returns its exit code.</summary>
    protected abstract Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct);

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        Check(parsed);
        BuildEngine engine = await _host.OpenAsync(parsed, ct);
        await using (engine)
            return await engine.Places.UseAsync(access => WorkAsync(access, parsed, ct));
    }
}
