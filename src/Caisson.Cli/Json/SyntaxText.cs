using System.Globalization;
using System.Text;
using Caisson.Cli.Progress;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Cli.Json;

/// <summary>A Dockerfile's syntax tree for people: one line for each directive and instruction, with its place.</summary>
internal static class SyntaxText
{
    public static string Write(ParsedDockerfile parsed)
    {
        StringBuilder text = new();
        foreach (SyntaxElement element in parsed.Document.Elements)
        {
            if (element is Directive directive)
                Append(text, directive.Name.Span.Line, directive.Name.Span.Line, $"# {directive.Name}={directive.Value}");
            else if (element is Instruction instruction)
                Append(text, instruction.Span.Line, instruction.Span.EndLine, Describe(instruction));
        }
        return text.ToString();
    }

    private static string Describe(Instruction instruction)
    {
        string flags = string.Concat(instruction.Flags.Select(static f => f.Value is { } value ? $" --{f.Name}={value}" : $" --{f.Name}"));
        string name = instruction is MalformedInstruction ? $"? {instruction.Keyword}" : instruction.Kind.ToString().ToUpperInvariant();
        return $"{name}{flags} {instruction.Arguments}".TrimEnd();
    }

    private static void Append(StringBuilder text, int first, int last, string what)
    {
        string lines = first == last ? $"{first}" : $"{first}-{last}";
        text.Append(CultureInfo.InvariantCulture, $"{lines,9}  {PlainText.Of(what)}\n");
    }
}
