using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance.Comparison;

/// <summary>States how a build was refused.</summary>
internal static partial class RefusalFacts
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>The table of kinds, <c>refusals.json</c>.</summary>
    public static ImmutableArray<RefusalKind> Kinds { get; } =
        JsonSerializer.Deserialize<ImmutableArray<RefusalKind>>(File.ReadAllText(Path.Combine(Repository.Conformance, "refusals.json")), Options);

    /// <summary>Of what Caisson said, itself or through a client of BuildKit: its first error.</summary>
    public static FactSheet OfCaisson(string log)
    {
        if (BuildKitError().IsMatch(log))
            return ServedCode().Match(log) is { Success: true } served ? Of(ServedPlace().Match(log).Groups["line"].Value, KindOf(served.Groups["code"].Value)) : OfBuildKit(log);
        Match error = CaissonError().Match(log);
        string code = error.Groups["code"].Value;
        return Of(error.Groups["line"].Value, error.Success ? KindOf(code) : LastLine(log));
    }

    /// <summary>Of what BuildKit said.</summary>
    public static FactSheet OfBuildKit(string log)
    {
        string message = BuildKitError().Matches(log).LastOrDefault()?.Groups["message"].Value ?? LastLine(log);
        string line = BuildKitLine().Match(message) is { Success: true } told ? told.Groups["line"].Value : BuildKitPlace().Match(log).Groups["line"].Value;
        return Of(line, Kinds.FirstOrDefault(k => k.Messages.Any(m => Regex.IsMatch(message, m)))?.Kind ?? message);
    }

    private static FactSheet Of(string line, string kind)
    {
        FactSheet facts = new();
        facts.Add("outcome", "", "refused");
        facts.Add("refused.kind", "", kind);
        if (line.Length > 0)
            facts.Add("refused.line", "", line);
        return facts;
    }

    private static string KindOf(string code) => Kinds.FirstOrDefault(k => k.Codes.Contains(code))?.Kind ?? code;

    private static string LastLine(string log) => log.TrimEnd('\n').Split('\n')[^1];

    [GeneratedRegex(@"^(?:.*?:(?<line>\d+):\d+: )?error (?<code>CSN\d+)", RegexOptions.Multiline)]
    private static partial Regex CaissonError();

    [GeneratedRegex(@"^ERROR: (?:failed to build: )?(?<message>(?s).*)\z", RegexOptions.Multiline)]
    private static partial Regex BuildKitError();

    [GeneratedRegex(@"^ERROR: (?s:.*?)\((?<code>CSN\d+)", RegexOptions.Multiline)]
    private static partial Regex ServedCode();

    [GeneratedRegex(@"^\S.*:(?<line>\d+)\n-----", RegexOptions.Multiline)]
    private static partial Regex ServedPlace();

    [GeneratedRegex(@"parse error on line (?<line>\d+)")]
    private static partial Regex BuildKitLine();

    [GeneratedRegex(@"^[^\s:]*Dockerfile[^\s:]*:(?<line>\d+)\n-----", RegexOptions.Multiline)]
    private static partial Regex BuildKitPlace();
}
