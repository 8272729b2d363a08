using Caisson.Cli.Tests.Testing;

namespace Caisson.Cli.Tests.Docs;

/// <summary>Every command of the documentation does what its page says.</summary>
public sealed class DocsCommandsTests(DocsBases bases)
{
    public static TheoryData<string> Pages => [.. Directory.GetFiles(Repository.At("docs"), "*.md").Select(static f => "docs/" + Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> ErrorPages => [.. Directory.GetFiles(Repository.At("docs/errors"), "CSN*.md").Select(static f => "docs/errors/" + Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public Task The_commands_of_a_page_do_what_it_says(string page) => bases.RunAsync(page);

    [Theory]
    [MemberData(nameof(ErrorPages))]
    public Task The_example_of_a_diagnostic_gives_it(string page) => bases.RunAsync(page);
}
