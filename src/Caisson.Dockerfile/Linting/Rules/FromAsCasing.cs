using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>FromAsCasing.</summary>
internal static class FromAsCasing
{
    public static CheckRule Rule { get; } = new(nameof(FromAsCasing), "FROM and AS are written in the same case", Find)
    {
        Url = CheckRule.UrlOf("from-as-casing"),
    };

    // A FROM that is mixed itself is the business of ConsistentInstructionCasing.
    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (BoundStage stage in file.Bound.Stages)
        {
            FromInstruction from = stage.From;
            string keyword = from.Keyword.Text;
            if (from.As is not { } word || !(Casing.IsLower(keyword) || Casing.IsUpper(keyword)))
                continue;
            string wanted = Casing.IsLower(keyword) ? word.Text.ToLowerInvariant() : word.Text.ToUpperInvariant();
            if (word.Text != wanted)
                yield return new Finding(from, word.Span, $"{Quoted.Of(word.Text)} and {Quoted.Of(keyword)} differ in case", $"write {Quoted.Of(wanted)}");
        }
    }
}
