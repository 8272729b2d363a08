using System.CommandLine;

namespace Caisson.Cli.Calls;

/// <summary>The options of <c>build</c> that ask for something other than a build.</summary>
internal sealed class CallOptions
{
    private readonly Option<bool> _check = new("--check") { Description = "Say what there is to say about the Dockerfile instead of building: --call=check" };
    private readonly Option<string?> _call = new("--call") { Description = "What to do: build, or say something about the Dockerfile. METHOD[,format=json][,ignorestatus=true]. Default: build", HelpName = "build|check|outline|targets" };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_check, _call];

    /// <summary>What is called; null for a build.</summary>
    /// <exception cref="UsageException">It is none, or two are asked for.</exception>
    public CallRequest? Read(ParseResult parsed)
    {
        CallRequest? call = CallRequest.Parse(parsed.GetValue(_call) ?? "");
        if (!parsed.GetValue(_check))
            return call;
        if (call is { Method: not CallMethod.Check })
            throw new UsageException($"--check and --call={parsed.GetValue(_call)} ask for two different things");
        return call ?? new CallRequest(CallMethod.Check);
    }
}
