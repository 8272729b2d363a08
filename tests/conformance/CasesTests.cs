using System.Collections.Immutable;
using Caisson.Conformance.Catalog;
using Caisson.Conformance.Comparison;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance;

/// <summary>Each case, built by Caisson and by BuildKit: but for the intended differences, the same comes out.</summary>
public sealed class CasesTests(Workbench workbench)
{
    public static IEnumerable<TheoryDataRow<string>> Names => CaseCatalog.Everything.Keys.Where(static name => !CaseCatalog.Pending.Contains(name)).Select(static name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Case_is_built_alike(string name)
    {
        _ = AllAsync();
        CaseResult result = await workbench.ResultAsync(CaseCatalog.Everything[name]);
        if (!result.Problems.IsEmpty)
            Assert.Fail($"{result}\n{await workbench.OpinionAsync(result)}");
    }

    [Fact]
    public async Task Pending_cases_still_fail()
    {
        Assert.True(CaseCatalog.IsPart || CaseCatalog.Pending.IsSubsetOf(CaseCatalog.Everything.Keys.ToHashSet()), "pending.txt names cases that there are not");
        CaseResult[] results = await Task.WhenAll(CaseCatalog.Everything.Values.Where(static c => CaseCatalog.Pending.Contains(c.Name)).Select(workbench.ResultAsync));
        Assert.Empty(results.Where(static result => result.Problems.IsEmpty).Select(static result => result.Case.Name));
    }

    [Fact]
    public async Task Every_intended_difference_shows_in_a_case()
    {
        Assert.SkipWhen(CaseCatalog.IsPart || Workbench.IsServed, "only a part of the cases was asked for, or of what is compared");
        ImmutableHashSet<string> used = [.. (await AllAsync()).SelectMany(static result => result.Explained.Keys)];
        Assert.Empty(IntendedDifferences.Table.Where(static entry => entry.Cases != GeneratedCasesTests.Names).Select(static entry => entry.Id).Except(used));
    }

    // All are started at once, and built a few at a time.
    private Task<CaseResult[]> AllAsync() => Task.WhenAll(CaseCatalog.Everything.Values.Select(workbench.ResultAsync));
}
