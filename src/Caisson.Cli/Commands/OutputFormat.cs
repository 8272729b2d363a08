using System.CommandLine;

namespace Caisson.Cli.Commands;

/// <summary>The option <c>--format</c>: for people or for programs.</summary>
internal sealed class OutputFormat
{
    /// <summary>The option to add to a command.</summary>
    public Option<string?> Option { get; } = new("--format") { Description = "How it is shown: table or json. Default: table", HelpName = "table|json" };

    /// <summary>Whether it is for programs.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public bool IsJson(ParseResult parsed) => parsed.GetValue(Option) switch
    {
        null or "table" => false,
        "json" => true,
        string other => throw new UsageException($"--format={other}: write table or json"),
    };
}
