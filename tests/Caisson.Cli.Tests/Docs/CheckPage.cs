using System.Collections.Immutable;
using Caisson.Cli.Tests.Testing;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;

namespace Caisson.Cli.Tests.Docs;

/// <summary>The page of a rule: a heading, what it means, a bad example with what is said of it, a good example.</summary>
internal sealed class CheckPage
{
    private readonly string _ignore;
    private readonly CheckExample[] _examples;

    public CheckPage(string rule)
    {
        string[] lines = File.ReadAllLines(Repository.At($"docs/checks/{rule}.md"));
        Heading = lines[0];
        Sections = [.. lines.Where(static l => l.StartsWith("## ", StringComparison.Ordinal))];
        _ignore = string.Join('\n', Blocks(lines, "```text title=.dockerignore").Select(static b => b.Text));
        _examples = [.. Blocks(lines, "```dockerfile")];
        Said = Blocks(lines, "```text").Single(static b => b.Info == "```text").Text;
    }

    public string Heading { get; }

    public string[] Sections { get; }

    /// <summary>What the page shows to be said of the bad example.</summary>
    public string Said { get; }

    public CheckReport Bad => Check(_examples[0]);

    public CheckReport Good => Check(_examples[1]);

    private CheckReport Check(CheckExample example)
    {
        ParsedDockerfile parsed = DockerfileParser.Parse(new SourceText("Dockerfile", example.Text));
        BoundDockerfile bound = Binder.Bind(parsed.Document, new BindingOptions { Arguments = example.Arguments });
        Assert.Empty(parsed.Diagnostics.Concat(bound.Diagnostics));
        CheckReport report = Linter.Default.Run(bound, new CheckInput
        {
            Bases = bound.Stages.Where(static s => s.Base is ContentSource.Image)
                .ToImmutableDictionary(static s => s.Index, _ => new BaseImage { Platform = example.Option("base") }),
            Ignore = IgnoreFile.Parse(new SourceText(".dockerignore", _ignore)).Matcher,
        });
        Assert.Empty(report.Others);
        return report;
    }

    private static IEnumerable<CheckExample> Blocks(string[] lines, string fence)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i] != fence && !lines[i].StartsWith(fence + " ", StringComparison.Ordinal))
                continue;
            string[] body = [.. lines.Skip(i + 1).TakeWhile(static l => l != "```")];
            yield return new CheckExample(lines[i], string.Join('\n', body));
            i += body.Length;
        }
    }
}
