using System.Collections;

namespace Caisson.Cli.Hosting;

/// <summary>What the command reads of its process: once, at the start.</summary>
internal sealed record HostEnvironment
{
    /// <summary>The environment's variables.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>The path of this program.</summary>
    public required string ProgramPath { get; init; }

    /// <summary>Its arguments.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>How many processors there are.</summary>
    public required int Processors { get; init; }

    /// <summary>Whether standard error is a terminal that can be drawn on.</summary>
    public required bool HasTerminal { get; init; }

    /// <summary>The user's home directory.</summary>
    public string Home => Find("HOME") ?? "/root";

    /// <summary>Directories to look for programs in. The administrator's are among them, even for users whose PATH lacks them.</summary>
    public string SearchPath => Variables.GetValueOrDefault("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";

    /// <summary>Whether colours are welcome.</summary>
    public bool HasColors => HasTerminal && string.IsNullOrEmpty(Variables.GetValueOrDefault("NO_COLOR"));

    /// <summary>The environment for this command when it starts itself anew, <c>NAME=value</c>, with a variable more.</summary>
    public IReadOnlyList<string> With(string variable, string value) => [$"{variable}={value}", .. Variables.Select(static v => $"{v.Key}={v.Value}")];

    /// <summary>The value of a variable; null when it is not set, or empty.</summary>
    public string? Find(string variable) => Variables.GetValueOrDefault(variable) is { Length: > 0 } value ? value : null;

    /// <summary>Takes variables out of the environment of the programs that this process starts.</summary>
    public static void Forget(IEnumerable<string> variables)
    {
        foreach (string variable in variables)
            Environment.SetEnvironmentVariable(variable, null);
    }

    /// <summary>Reads the process.</summary>
    public static HostEnvironment Read(string[] arguments)
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return new HostEnvironment
        {
            Variables = variables,
            ProgramPath = Environment.ProcessPath ?? "caisson",
            Arguments = arguments,
            Processors = Environment.ProcessorCount,
            HasTerminal = !Console.IsErrorRedirected && variables.GetValueOrDefault("TERM") is not (null or "" or "dumb"),
        };
    }
}
