namespace Caisson.Cli.Usage;

/// <summary>Options whose value may be left out: alone, they stand for their usual value, and never take the next word.</summary>
internal static class BareOptions
{
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal) { ["--expect-cached"] = "all", ["--provenance"] = "true", ["--pull"] = "always", ["--reproduce"] = "2" };

    /// <summary>The arguments, with the usual value behind such options that stand alone. What follows <c>--</c> is left as it is.</summary>
    public static string[] Complete(string[] arguments)
    {
        int end = Array.IndexOf(arguments, "--") is int separator and >= 0 ? separator : arguments.Length;
        string[] completed = [.. arguments];
        for (int i = 0; i < end; i++)
        {
            if (Values.TryGetValue(arguments[i], out string? value))
                completed[i] = $"{arguments[i]}={value}";
        }
        return completed;
    }
}
