using System.Collections.Immutable;
using Caisson.Conformance.Builders;
using Caisson.Conformance.Catalog;

namespace Caisson.Conformance.Comparison;

/// <summary>What became of a case.</summary>
/// <param name="Case">The case.</param>
/// <param name="Problems">What is not as it should be; none when the case passes.</param>
/// <param name="Explained">The intended differences that showed, by the id of their entry.</param>
internal sealed record CaseResult(Case Case, ImmutableArray<string> Problems, ImmutableDictionary<string, ImmutableArray<Difference>> Explained)
{
    private const int MaxShown = 40;
    private const int MaxLogLines = 15;

    /// <summary>What the two builders said.</summary>
    public required string Logs { get; init; }

    /// <summary>The differences that are not intended.</summary>
    public required ImmutableArray<Difference> Left { get; init; }

    /// <summary>What those are like, whatever they are about: two cases with a mark in common differ in the same way. Outcomes that differ always come with the kind of the refusal, which says more.</summary>
    public ImmutableHashSet<string> Marks =>
        [.. Left.Where(static d => d.Facet != "outcome").Select(static d => d.Facet == "refused.kind" ? $"{d.Facet} {d.Ours} {d.Theirs}" : d.Facet)];

    /// <summary>Whether Caisson refused it.</summary>
    public bool WasRefused { get; init; }

    /// <summary>Compares what two builders made of a case.</summary>
    /// <param name="built">The case.</param>
    /// <param name="ours">What Caisson made.</param>
    /// <param name="theirs">What BuildKit made.</param>
    /// <param name="isServed">Whether a client of BuildKit asked Caisson, which then gives all files one time: times are not compared, nor need the intended differences show that the case names.</param>
    public static CaseResult Of(Case built, BuildOutcome ours, BuildOutcome theirs, bool isServed = false)
    {
        FactSheet our = Facts(ours, RefusalFacts.OfCaisson), their = Facts(theirs, RefusalFacts.OfBuildKit);
        return Of(built, our, their, theirs.Log, isServed) with { Logs = $"--- ours\n{End(ours.Log)}\n--- theirs\n{End(theirs.Log)}" };
    }

    private static CaseResult Of(Case built, FactSheet ours, FactSheet theirs, string printed, bool isServed)
    {
        // When one side made nothing, what the other made is no news.
        bool differ = ours.Find("outcome", "") != theirs.Find("outcome", "");
        IEnumerable<Difference> differences = FactSheet.Compare(ours, theirs)
            .Where(d => differ ? d.Facet is "outcome" or "refused.kind" or "refused.line" : !isServed || !d.Facet.StartsWith("tree.time", StringComparison.Ordinal));
        (ImmutableArray<Difference> left, ImmutableDictionary<string, ImmutableArray<Difference>> explained) = IntendedDifferences.Explain(differences, built, printed);
        List<string> problems = [.. left.Select(static d => d.ToString()), .. Unexpected(built, ours)];
        problems.AddRange(built.File.Differences.Where(id => !isServed && !explained.ContainsKey(id)).Select(static id => $"case.json names the intended difference {id}, which does not show"));
        return new CaseResult(built, [.. problems], explained) { Logs = "", Left = left, WasRefused = ours.Find("outcome", "") == "refused" };
    }

    public override string ToString() =>
        $"{Case.Name}\n{string.Join('\n', Problems.Take(MaxShown))}{(Problems.Length > MaxShown ? $"\nand {Problems.Length - MaxShown} more" : "")}\n{Logs}";

    private static string End(string log) => string.Join('\n', log.TrimEnd('\n').Split('\n').TakeLast(MaxLogLines));

    private static FactSheet Facts(BuildOutcome outcome, Func<string, FactSheet> refusal) => outcome switch
    {
        BuildOutcome.Built built => ImageFacts.Of(built.Image, built.Start),
        _ => refusal(outcome.Log),
    };

    // Both could fail for a reason that has nothing to do with the case: so each says what it is about.
    private static IEnumerable<string> Unexpected(Case built, FactSheet ours)
    {
        if (built.MayBeRefused)
            yield break;
        ExpectedRefusal? refusal = built.File.Refused;
        string outcome = refusal is null ? "image" : "refused";
        if (ours.Find("outcome", "") != outcome)
            yield return $"case.json expects: {outcome}";
        else if (refusal is not null && (ours.Find("refused.kind", ""), ours.Find("refused.line", "")) is var (kind, line) && (kind != refusal.Kind || line != refusal.Line?.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            yield return $"case.json expects the refusal {refusal.Kind} in line {refusal.Line}, it was {kind} in line {line}";
    }
}
