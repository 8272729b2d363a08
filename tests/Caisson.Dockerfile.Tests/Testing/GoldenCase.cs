using System.Collections.Immutable;
using System.Text;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Tests.Testing;

/// <summary>A case of a golden file: options (lines that begin with @), a text, a line of dashes, what is to be reported.</summary>
internal sealed record GoldenCase(ImmutableArray<string> Options, string Text, string Expected)
{
    private const string Between = "\n====\n";
    private const string Before = "\n----\n";

    public static ImmutableArray<GoldenCase> Read(string file)
    {
        string content = File.ReadAllText(file).ReplaceLineEndings("\n");
        return [.. content.TrimEnd('\n').Split(Between).Select(ReadCase)];
    }

    /// <summary>What is reported, finding after finding.</summary>
    public string Render()
    {
        if (Options.Contains("@ignore"))
            return Join(IgnoreFile.Parse(Source(".dockerignore")).Diagnostics);
        ParsedDockerfile parsed = DockerfileParser.Parse(Source("Dockerfile"), Limits());
        BoundDockerfile bound = Binder.Bind(parsed.Document, Binding());
        if (Options.Contains("@check"))
            return Join(Check(bound));
        bool canEvaluate = !parsed.HasErrors && !bound.HasErrors;
        return Join(parsed.Diagnostics.Concat(bound.Diagnostics).Concat(canEvaluate ? Evaluate(bound) : []));
    }

    private static GoldenCase ReadCase(string text)
    {
        string[] parts = $"\n{text}\n".Split(Before, 2);
        string[] lines = parts[0].TrimStart('\n').Split('\n');
        ImmutableArray<string> options = [.. lines.TakeWhile(static l => l.StartsWith('@'))];
        return new GoldenCase(options, string.Join('\n', lines.Skip(options.Length)), parts[^1].TrimEnd('\n'));
    }

    private string Join(IEnumerable<Diagnostic> diagnostics)
    {
        string[] shown = [.. diagnostics.Select(static d => d.ToString())];
        return string.Join('\n', Options.Contains("@last") ? shown[^1..] : shown);
    }

    private static ImmutableArray<Diagnostic> Check(BoundDockerfile bound)
    {
        CheckReport report = Linter.Default.Run(bound);
        return report.Failure is { } failure ? report.Diagnostics.Add(failure) : report.Diagnostics;
    }

    private static IEnumerable<Diagnostic> Evaluate(BoundDockerfile bound)
    {
        foreach (BoundStage stage in bound.Stages)
        {
            StageScope scope = bound.BeginScope(VariableSet.Empty);
            foreach (BoundInstruction instruction in stage.Instructions)
            {
                Evaluation evaluation = scope.Evaluate(instruction);
                scope = evaluation.Scope;
                foreach (Diagnostic diagnostic in evaluation.Diagnostics)
                    yield return diagnostic;
            }
        }
    }

    private SourceText Source(string name)
    {
        string text = Text.Replace("␀", "\0", StringComparison.Ordinal);
        foreach (string option in Values("@repeat"))
            text += string.Concat(Enumerable.Repeat(option.Split(' ', 2)[1].Replace("\\n", "\n", StringComparison.Ordinal), int.Parse(option.Split(' ', 2)[0], null)));
        return SourceText.FromBytes(name, Options.Contains("@latin1") ? Encoding.Latin1.GetBytes(text) : Encoding.UTF8.GetBytes(text));
    }

    private ParserLimits Limits() => new()
    {
        MaxInstructions = Values("@instructions").Select(static v => int.Parse(v, null)).FirstOrDefault(ParserLimits.Default.MaxInstructions),
        MaxLineLength = Values("@line").Select(static v => int.Parse(v, null)).FirstOrDefault(ParserLimits.Default.MaxLineLength),
    };

    private BindingOptions Binding() => new()
    {
        Target = Values("@target").FirstOrDefault(),
        Arguments = Values("@arg").Select(static v => v.Split('=', 2)).ToImmutableDictionary(static p => p[0], static p => p[1]),
        NamedContexts = [.. Values("@context")],
        ImageExists = name => Values("@image").Contains(name),
    };

    private IEnumerable<string> Values(string option) => Options.Where(o => o.StartsWith(option + " ", StringComparison.Ordinal)).Select(o => o[(option.Length + 1)..]);
}
