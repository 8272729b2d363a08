using System.Text.RegularExpressions;
using Caisson.Cli.Tests.Testing;

namespace Caisson.Cli.Tests.Docs;

/// <summary>Links between pages, and from pages to the code.</summary>
public sealed partial class LinksTests
{
    public static TheoryData<string> Pages =>
    [
        .. Directory.GetFiles(Repository.Root, "*.md")
            .Concat(Directory.GetFiles(Repository.At("docs"), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.GetFiles(Repository.At("examples"), "*.md", SearchOption.AllDirectories))
            .Select(static f => Path.GetRelativePath(Repository.Root, f))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_somewhere(string page)
    {
        string directory = Path.GetDirectoryName(Repository.At(page)) ?? Repository.Root;
        foreach (Match link in Link().Matches(WithoutCode(File.ReadAllText(Repository.At(page)))))
        {
            string[] target = link.Groups["target"].Value.Split('#', 2);
            string path = target[0].Length == 0 ? Repository.At(page) : Path.GetFullPath(Path.Combine(directory, target[0]));
            Assert.True(Path.Exists(path), $"{page} links to {link.Groups["target"].Value}, which is not there");
            if (target.Length == 2)
                Assert.True(Headings(path).Contains(target[1]), $"{page} links to {link.Groups["target"].Value}, but {target[0]} has no such heading");
        }
    }

    private static HashSet<string> Headings(string page) =>
    [
        .. File.ReadLines(page)
            .Where(static l => l.StartsWith('#'))
            .Select(static l => NoAnchor().Replace(l.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-')),
    ];

    private static string WithoutCode(string text) => Code().Replace(text, "");

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>(?!https?:)[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"```.*?```|`[^`\n]*`(?!\])", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
