using System.Text.RegularExpressions;
using Caisson.Conformance.Catalog;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance;

/// <summary>The table of what the cases cover, <c>COVERAGE.md</c>, names what there is.</summary>
public sealed partial class CoverageTests
{
    private static readonly string[] Rows = [.. File.ReadLines(Path.Combine(Repository.Conformance, "COVERAGE.md")).Where(static line => line is ['|', ' ', ..]).Skip(1)];

    [Fact]
    public void Every_row_names_what_there_is()
    {
        Assert.SkipWhen(CaseCatalog.IsPart, "only a part of the cases was asked for");
        Assert.NotEmpty(Rows);
        Assert.All(Rows, static row => Assert.NotEmpty(Names(row)));
        Assert.All(Rows.SelectMany(Names), static name => Assert.True(IsThere(name), $"there is no {name}"));
    }

    [Fact]
    public void Every_area_stands_in_a_row() => Assert.All(
        CaseCatalog.Everything.Keys.Select(static name => name.Split('/')[0]).Distinct(),
        static area => Assert.Contains(Rows.SelectMany(Names), name => name.StartsWith(area + "/", StringComparison.Ordinal)));

    private static bool IsThere(string name) =>
        name.EndsWith(".cs", StringComparison.Ordinal) ? File.Exists(Path.Combine(Repository.Root, "tests", name)) : CaseCatalog.Everything.Keys.Any(Matching(name).IsMatch);

    private static Regex Matching(string name) => new($"^{Regex.Escape(name).Replace(@"\*", "[^/]*", StringComparison.Ordinal)}$");

    // Those of the second column: a row may quote instructions in the first.
    private static IEnumerable<string> Names(string row) => Name().Matches(row[(row.IndexOf(" | ", StringComparison.Ordinal) + 1)..]).Select(static m => m.Groups["name"].Value);

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Name();
}
