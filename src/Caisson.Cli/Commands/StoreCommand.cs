using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary>A command about images on this machine: opens the engine, does its work, closes it.</summary>
internal abstract class StoreCommand : Command
{
    private readonly EngineHost _host;

    protected StoreCommand(EngineHost host, string name, string description)
        : base(name, description)
    {
        _host = host;
        SetAction(RunAsync);
    }

    /// <summary>Does the command's work.</summary>
    protected abstract Task WorkAsync(LocalImages images, ParseResult parsed, CancellationToken ct);

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        BuildEngine engine = await _host.OpenAsync(parsed, ct);
        await using (engine)
            await WorkAsync(engine.Images, parsed, ct);
        return ExitCodes.Success;
    }
}
