using System.Reflection;
using System.Text;
using Caisson.Cli.Tests.Testing;
using Caisson.Dockerfile.Source;
using Caisson.Engine;

namespace Caisson.Cli.Tests.Docs;

public sealed class ErrorPagesTests
{
    private const string Head =
        """
        # Codes of diagnostics

        Every diagnostic has a code, which keeps its meaning for good. The first digit says what it is about, and which
        [exit code](../exit-codes.md) the command ends with.

        """;

    private static readonly (char Digit, string Title)[] Rooms =
        [('1', "Dockerfile"), ('2', "The build and its inputs"), ('3', "Steps and the sandbox"), ('4', "Images and registries"), ('5', "The store and files")];

    private static string[] Codes =>
    [
        .. ((Type[])[typeof(DiagnosticCodes), typeof(EngineCodes)])
            .SelectMany(static t => t.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Select(static f => (string)f.GetRawConstantValue()!) // a constant of type string
            .Order(StringComparer.Ordinal),
    ];

    private static string[] Pages => [.. Directory.GetFiles(Repository.At("docs/errors"), "CSN*.md").Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_code_has_a_page_and_every_page_a_code() => Assert.Equal(Codes, Pages.Select(static p => Path.GetFileNameWithoutExtension(p)));

    [Fact]
    public void No_code_is_given_twice() => Assert.Equal(Codes.Distinct(), Codes);

    [Fact]
    public void A_page_begins_with_its_code_and_shows_it_to_the_reader()
    {
        Assert.All(Pages, static page =>
        {
            string code = Path.GetFileNameWithoutExtension(page);
            string[] lines = File.ReadAllLines(page);
            Assert.StartsWith($"# {code}: ", lines[0], StringComparison.Ordinal);
            Assert.Contains(lines, l => l.Contains($"error {code}:", StringComparison.Ordinal) || l.Contains($"warning {code}:", StringComparison.Ordinal));
            Assert.Contains("## What to do", lines);
        });
    }

    [Fact]
    public void The_list_of_codes_is_current()
    {
        StringBuilder index = new(Head);
        foreach ((char digit, string title) in Rooms)
        {
            index.Append(FormattableString.Invariant($"\n## {digit}xxx: {title}\n\n| code | meaning |\n|---|---|\n"));
            foreach (string page in Pages.Where(p => Path.GetFileName(p)[3] == digit))
            {
                string[] heading = File.ReadLines(page).First()[2..].Split(": ", 2);
                index.Append(FormattableString.Invariant($"| [{heading[0]}]({heading[0]}.md) | {heading[1].Replace("|", "\\|", StringComparison.Ordinal)} |\n"));
            }
        }
        Repository.RequireCurrent("docs/errors/README.md", index.ToString());
    }
}
