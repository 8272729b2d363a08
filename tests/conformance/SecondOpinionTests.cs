using System.Collections.Immutable;
using Caisson.Conformance.Builders;
using Caisson.Conformance.Catalog;
using Caisson.Conformance.Comparison;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance;

/// <summary>What buildah says of the intended differences: the table says it, and it is so.</summary>
public sealed class SecondOpinionTests(Workbench workbench)
{
    private const string TableVersion = "1.28";

    // Cases for the differences that show everywhere.
    private static readonly string[] Plain = ["config/cmd-exec", "copy/directory-contents", "copy/file-to-directory"];

    [Fact]
    public async Task The_table_says_with_whom_buildah_sides()
    {
        Assert.SkipUnless(await Buildah.IsVersionAsync(TableVersion, TestContext.Current.CancellationToken), $"needs buildah {TableVersion}, which the table is of");
        Assert.SkipWhen(CaseCatalog.IsPart || Workbench.IsServed, "only a part of the cases was asked for, or of what is compared");
        IntendedDifference[] asked = [.. IntendedDifferences.Table.Where(static entry => entry.Buildah is not null)];
        Assert.NotEmpty(asked);
        string?[] views = await Task.WhenAll(asked.Select(ViewAsync));
        Assert.Equal(asked.Select(static entry => $"{entry.Id}: {entry.Buildah}"), asked.Zip(views, static (entry, view) => $"{entry.Id}: {view}"));
    }

    [Theory]
    [InlineData("a", "b", "a", SecondOpinion.AsOurs)]
    [InlineData("a", "b", "b", SecondOpinion.AsTheirs)]
    [InlineData("a", "b", "c", SecondOpinion.ItsOwn)]
    [InlineData(null, "b", null, SecondOpinion.AsOurs)]
    public void It_sides_with_one_or_has_a_view_of_its_own(string? ours, string theirs, string? third, string expected)
    {
        FactSheet facts = new();
        facts.Add("outcome", "", "image");
        if (third is not null)
            facts.Add("tree.mode", "x", third);
        Assert.Equal(expected, SecondOpinion.Of([new Difference("tree.mode", "x", ours, theirs), new Difference("refused.line", "", "1", null)], facts));
    }

    [Fact]
    public void Now_one_now_the_other_is_its_own_view()
    {
        FactSheet facts = new();
        facts.Add("tree.mode", "x", "1");
        facts.Add("tree.mode", "y", "2");
        Assert.Equal(SecondOpinion.ItsOwn, SecondOpinion.Of([new Difference("tree.mode", "x", "1", "2"), new Difference("tree.mode", "y", "1", "2")], facts));
    }

    [Fact]
    public void One_that_made_nothing_says_nothing_of_files()
    {
        FactSheet facts = SecondOpinion.Facts(new BuildOutcome.Refused(DateTimeOffset.UnixEpoch, "no"));
        Assert.Null(SecondOpinion.Of([new Difference("tree.mode", "x", null, "2")], facts));
        Assert.Equal(SecondOpinion.AsTheirs, SecondOpinion.Of([new Difference("outcome", "", "image", "refused")], facts));
        Assert.Null(SecondOpinion.Of([new Difference("refused.kind", "", "a", "b")], facts));
    }

    // In the first case, by name, that shows the difference.
    private async Task<string?> ViewAsync(IntendedDifference entry)
    {
        IEnumerable<Case> candidates = CaseCatalog.Everything.Values.Where(c => entry.Cases is null ? c.File.Differences.Contains(entry.Id) : Plain.Contains(c.Name));
        foreach (Case candidate in candidates)
        {
            CaseResult result = await workbench.ResultAsync(candidate);
            if (result.Explained.TryGetValue(entry.Id, out ImmutableArray<Difference> differences))
                return SecondOpinion.Of(differences, await workbench.AskBuildahAsync(candidate));
        }
        return null;
    }
}
