using Caisson.Conformance.Builders;

namespace Caisson.Conformance.Comparison;

/// <summary>With whom a third builder sides where two do not agree.</summary>
internal static class SecondOpinion
{
    public const string AsOurs = "as ours";
    public const string AsTheirs = "as theirs";
    public const string ItsOwn = "its own";

    private const string Outcome = "outcome";

    // How it words a refusal is its own affair.
    private const string RefusalFacets = "refused.";

    /// <summary>States what it made, as far as that can be compared.</summary>
    public static FactSheet Facts(BuildOutcome outcome)
    {
        if (outcome is BuildOutcome.Built built)
            return ImageFacts.Of(built.Image, built.Start);
        FactSheet facts = new();
        facts.Add(Outcome, "", "refused");
        return facts;
    }

    /// <param name="differences">What two builders do not agree on.</param>
    /// <param name="third">What the third one states.</param>
    /// <returns>Its view of all of them; <see cref="ItsOwn"/> too when it is now of the one view and now of the other. Null when it has none.</returns>
    public static string? Of(IEnumerable<Difference> differences, FactSheet third)
    {
        // One that made nothing says nothing of files.
        bool isSilent = third.Find(Outcome, "") == "refused";
        IEnumerable<Difference> told = differences.Where(d => d.Facet == Outcome || (!isSilent && !d.Facet.StartsWith(RefusalFacets, StringComparison.Ordinal)));
        string[] views = [.. told.Select(d => Of(d, third)).Distinct()];
        return views switch
        {
            [] => null,
            [string view] => view,
            _ => ItsOwn,
        };
    }

    private static string Of(Difference difference, FactSheet third)
    {
        string? view = third.Find(difference.Facet, difference.Subject);
        return view == difference.Ours ? AsOurs : view == difference.Theirs ? AsTheirs : ItsOwn;
    }
}
