using System.Collections.Immutable;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Arguments read as a JSON array (RFC 8259).</summary>
/// <param name="Outcome">What they are.</param>
/// <param name="Elements">The strings, escapes resolved.</param>
/// <param name="Fault">The place and reason that make the text something else; null when nothing does.</param>
internal sealed record JsonArray(JsonOutcome Outcome, ImmutableArray<Word> Elements, JsonFault? Fault)
{
    /// <summary>Reads arguments; null when they do not begin with a bracket.</summary>
    public static JsonArray? Read(Word arguments) =>
        arguments.Characters.TrimStart().StartsWith('[') ? new JsonReader(arguments).ReadArray() : null;

    /// <summary>True for a text that is no JSON but was evidently meant to be.</summary>
    /// <remarks>The shell's test command, <c>[ "$a" = b ]</c>, begins like an array and has no commas between its words.</remarks>
    public static bool LooksMeant(string text)
    {
        ReadOnlySpan<char> inner = text.AsSpan().TrimStart()[1..];
        bool touches = inner.Length > 0 && IsQuote(inner[0]);
        bool begins = inner.TrimStart() is { IsEmpty: false } first && IsQuote(first[0]);
        bool hasComma = inner.Contains("\",", StringComparison.Ordinal) || inner.Contains("',", StringComparison.Ordinal);
        return touches || (begins && hasComma && inner.TrimEnd().EndsWith("]"));
    }

    private static bool IsQuote(char c) => c is '"' or '\'' or '\u201C' or '\u201D' or '\u2018' or '\u2019';
}
