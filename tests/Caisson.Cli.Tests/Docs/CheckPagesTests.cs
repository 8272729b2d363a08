using System.Text;
using Caisson.Cli.Tests.Testing;
using Caisson.Dockerfile.Linting;

namespace Caisson.Cli.Tests.Docs;

public sealed class CheckPagesTests
{
    private const string Head =
        """
        # Checks

        `caisson check` and `caisson build` warn of what is against these rules; [check.md](../check.md) says how to steer them. Names and outcomes are those of the
        [Dockerfile reference](https://docs.docker.com/reference/build-checks/); each page has an example of what is warned of, and one of what is not.

        | check | what it asks for |
        |---|---|

        """;

    public static TheoryData<string> Rules => [.. CheckRules.All.Select(static r => r.Name)];

    [Fact]
    public void Every_rule_has_a_page_and_every_page_a_rule() => Assert.Equal(
        CheckRules.All.Select(static r => r.Name),
        Directory.GetFiles(Repository.At("docs/checks"), "*.md").Select(static f => Path.GetFileNameWithoutExtension(f)).Where(static n => n != "README").Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_page_says_what_its_rule_is_and_shows_both_sides(string name)
    {
        CheckPage page = new(name);
        Assert.Equal($"# {name}: {CheckRules.All.Single(r => r.Name == name).Description}", page.Heading);
        Assert.Equal(["## Bad", "## Good"], page.Sections);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_bad_example_is_warned_of_by_this_rule_alone_in_the_words_of_the_page(string name)
    {
        CheckPage page = new(name);
        Assert.All(page.Bad.Warnings, w => Assert.Equal(name, w.Rule.Name));
        Assert.Equal(page.Said, string.Join('\n', page.Bad.Diagnostics));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_good_example_is_not_warned_of(string name) => Assert.Empty(new CheckPage(name).Good.Warnings);

    [Fact]
    public void The_list_of_rules_is_current()
    {
        StringBuilder index = new(Head);
        foreach (CheckRule rule in CheckRules.All)
            index.Append(FormattableString.Invariant($"| [{rule.Name}]({rule.Name}.md) | {rule.Description}{(rule.IsExperimental ? " (experimental)" : "")} |\n"));
        Repository.RequireCurrent("docs/checks/README.md", index.ToString());
    }
}
