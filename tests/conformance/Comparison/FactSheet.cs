namespace Caisson.Conformance.Comparison;

/// <summary>What a build came to, as plain statements that can be compared one by one: facet, subject, value.</summary>
/// <remarks>Facets are dotted words, such as <c>tree.mode</c>; the subject is what it is said of, such as a path.</remarks>
internal sealed class FactSheet
{
    private readonly SortedDictionary<(string Facet, string Subject), string> _facts = new(Comparer<(string Facet, string Subject)>.Create(static (a, b) =>
        string.CompareOrdinal(a.Facet, b.Facet) is not 0 and int facets ? facets : string.CompareOrdinal(a.Subject, b.Subject)));

    /// <summary>All of them, sorted.</summary>
    public IEnumerable<KeyValuePair<(string Facet, string Subject), string>> Facts => _facts;

    public void Add(string facet, string subject, string value) => _facts.Add((facet, subject), value);

    public string? Find(string facet, string subject) => _facts.GetValueOrDefault((facet, subject));

    /// <summary>What only one of them says, or both differently.</summary>
    public static IEnumerable<Difference> Compare(FactSheet ours, FactSheet theirs)
    {
        foreach ((string facet, string subject) in ours._facts.Keys.Union(theirs._facts.Keys))
        {
            string? our = ours.Find(facet, subject), their = theirs.Find(facet, subject);
            if (our != their)
                yield return new Difference(facet, subject, our, their);
        }
    }

    public override string ToString() => string.Join('\n', _facts.Select(static f => $"{f.Key.Facet} {f.Key.Subject} = {f.Value}"));
}
