using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>LegacyKeyValueFormat.</summary>
internal static class LegacyKeyValueFormat
{
    public static CheckRule Rule { get; } = new(nameof(LegacyKeyValueFormat), "ENV and LABEL are written with an equals sign", Find)
    {
        Url = CheckRule.UrlOf("legacy-key-value-format"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (CheckedInstruction instruction in file.Evaluated)
        {
            foreach (KeyValue pair in PairsOf(instruction.Syntax))
            {
                if (pair.IsLegacy)
                    yield return FindingOf(instruction.Syntax, pair);
            }
        }
    }

    private static Finding FindingOf(Instruction instruction, KeyValue pair)
    {
        string name = instruction.Keyword.Text.ToUpperInvariant();
        string value = pair.Value.Text;
        bool isQuoted = value.AsSpan().IndexOfAny(" \t\"'") < 0 || value[0] is '"' or '\'';
        string hint = isQuoted
            ? $"write {name} {Quoted.Plain(pair.Key.Text)}={Quoted.Plain(value)}"
            : $"write {name} {Quoted.Plain(pair.Key.Text)}=\"…\", the value in quotes";
        return new Finding(instruction, pair.Key.Span, $"no equals sign stands between {Quoted.Of(pair.Key.Text)} and its value", hint);
    }

    private static ImmutableArray<KeyValue> PairsOf(Instruction instruction) => instruction switch
    {
        EnvInstruction env => env.Pairs,
        LabelInstruction label => label.Pairs,
        _ => [],
    };
}
