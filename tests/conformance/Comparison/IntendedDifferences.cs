using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Caisson.Conformance.Catalog;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance.Comparison;

/// <summary>The table of the intended differences, <c>differences.json</c>.</summary>
internal static class IntendedDifferences
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static ImmutableArray<IntendedDifference> Table { get; } =
        JsonSerializer.Deserialize<ImmutableArray<IntendedDifference>>(File.ReadAllText(Path.Combine(Repository.Conformance, "differences.json")), Options);

    /// <summary>Parts differences into those that nothing in the table explains, and the others, by the id of the entry that explains them.</summary>
    /// <param name="differences">What was found.</param>
    /// <param name="compared">The case that it was found in.</param>
    /// <param name="printed">What the other builder printed.</param>
    public static (ImmutableArray<Difference> Left, ImmutableDictionary<string, ImmutableArray<Difference>> Explained) Explain(IEnumerable<Difference> differences, Case compared, string printed)
    {
        ImmutableArray<Difference>.Builder left = ImmutableArray.CreateBuilder<Difference>();
        Dictionary<string, ImmutableArray<Difference>> explained = new(StringComparer.Ordinal);
        List<IntendedDifference> applying = [.. Table.Where(entry => compared.File.Differences.Contains(entry.Id) || (entry.Cases is not null && Regex.IsMatch(compared.Name, entry.Cases)))];
        foreach (Difference difference in differences)
        {
            if (applying.Find(entry => entry.Explains(difference, printed)) is { } entry)
                explained[entry.Id] = explained.GetValueOrDefault(entry.Id, []).Add(difference);
            else
                left.Add(difference);
        }
        return (left.ToImmutable(), explained.ToImmutableDictionary(StringComparer.Ordinal));
    }
}
