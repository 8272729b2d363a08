using System.Collections.Immutable;
using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Finds a flag's value that white space after a comma tore apart: <c>--mount=type=bind, target=.</c></summary>
internal static class SpacedComma
{
    /// <summary>Reports a torn value; gives the other flags, and the arguments without the torn-off words.</summary>
    public static (ImmutableArray<Flag> Flags, Word Arguments) Repair(
        InstructionHeader header, InstructionRule rule, DiagnosticBag diagnostics)
    {
        bool isTorn = header.Flags is [.., { Value: { } last } flag] && last.Characters.EndsWith(",") && rule.IndexOfFlag(flag.Name.Characters) >= 0;
        if (!isTorn || header.Arguments.IsEmpty)
            return (header.Flags, header.Arguments);
        Flag torn = header.Flags[^1];
        Word value = torn.Value!; // not null: isTorn says so
        (string whole, int taken) = Join(value.Text, header.Arguments.Text);
        string hint = rule.Name == "FROM"
            ? "a stage is built for one platform; give several to the build itself: --platform=" + Quoted.Plain(whole)
            : $"write --{torn.Name.Text}={Quoted.Plain(whole)}";
        SourceSpan comma = value.SpanOf(value.Length - 1, 1);
        string message = $"white space after the comma ends the value of --{torn.Name.Text}";
        diagnostics.Error(DiagnosticCodes.SpaceAfterComma, comma, message, hint);
        return (header.Flags.RemoveAt(header.Flags.Length - 1), header.Arguments.Slice(taken).Trim());
    }

    private static (string Whole, int Taken) Join(string value, string arguments)
    {
        StringBuilder whole = new(value);
        int at = 0;
        bool continues = true;
        while (continues && at < arguments.Length)
        {
            int length = arguments.AsSpan(at).IndexOfAny(Words.Blanks);
            ReadOnlySpan<char> word = length < 0 ? arguments.AsSpan(at) : arguments.AsSpan(at, length);
            whole.Append(word);
            continues = word.EndsWith(',');
            at += word.Length;
            at += arguments.Length - at - arguments.AsSpan(at).TrimStart().Length;
        }
        return (whole.ToString(), at);
    }
}
