using System.Text.RegularExpressions;

namespace Caisson.IntegrationTests.Testing;

/// <summary>What <c>--progress=plain</c> shows of a build.</summary>
internal sealed partial class BuildLog
{
    public BuildLog(string text)
    {
        Text = text;
        foreach (Match line in Line().Matches(text))
        {
            string step = line.Groups[1].Value, said = line.Groups[2].Value;
            if (Steps.TryAdd(step, said))
                continue;
            if (said == "CACHED")
                Cached.Add(step);
            else if (said.StartsWith("DONE ", StringComparison.Ordinal))
                Ran.Add(step);
        }
    }

    /// <summary>All of it.</summary>
    public string Text { get; }

    /// <summary>The names of the steps by number.</summary>
    public Dictionary<string, string> Steps { get; } = [];

    /// <summary>The steps that did their work.</summary>
    public List<string> Ran { get; } = [];

    /// <summary>The steps whose result was there.</summary>
    public List<string> Cached { get; } = [];

    /// <summary>Whether a step whose name has this in it did its work.</summary>
    public bool HasRun(string name) => Ran.Any(step => Steps[step].Contains(name, StringComparison.Ordinal));

    /// <summary>Whether a step whose name has this in it was part of the build.</summary>
    public bool HasStep(string name) => Steps.Values.Any(step => step.Contains(name, StringComparison.Ordinal));

    public override string ToString() => Text;

    [GeneratedRegex(@"^#(\d+) (.*)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
