using System.Text.Json;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Cli.Json;

/// <summary>A Dockerfile's syntax tree; docs/parse.md describes its shape.</summary>
internal static class SyntaxJson
{
    /// <summary>The version of the shape; it grows when a member changes its meaning or goes away.</summary>
    private const int Version = 1;

    public static string Write(ParsedDockerfile parsed) => JsonOutput.Write(json =>
    {
        DockerfileDocument document = parsed.Document;
        json.WriteNumber("version", Version);
        json.WriteString("file", document.Source.Name);
        json.WriteString("escape", document.Escape.ToString());
        json.WriteObjects("elements", document.Elements, element => WriteElement(json, document, element));
        json.WriteObjects("diagnostics", parsed.Diagnostics, diagnostic => WriteDiagnostic(json, diagnostic));
    });

    private static void WriteElement(Utf8JsonWriter json, DockerfileDocument document, SyntaxElement element)
    {
        switch (element)
        {
            case Directive directive:
                json.WriteString("kind", "directive");
                json.WriteSpan(document.Source.SpanOf(directive.FullSpan.Start, directive.Value.Span.End - directive.FullSpan.Start));
                json.WriteWord("name", directive.Name);
                json.WriteWord("value", directive.Value);
                break;
            case Comment comment:
                WriteComment(json, comment);
                break;
            case BlankLines:
                json.WriteString("kind", "blank");
                json.WriteSpan(element.FullSpan);
                break;
            case Instruction instruction:
                json.WriteString("kind", "instruction");
                WriteInstruction(json, instruction);
                break;
            default:
                json.WriteString("kind", "unread");
                json.WriteSpan(element.FullSpan);
                break;
        }
    }

    private static void WriteComment(Utf8JsonWriter json, Comment comment)
    {
        json.WriteString("kind", "comment");
        json.WriteSpan(comment.Span);
        json.WriteString("text", comment.Text);
    }

    private static void WriteInstruction(Utf8JsonWriter json, Instruction instruction)
    {
        json.WriteString("instruction", instruction is MalformedInstruction ? "" : instruction.Kind.ToString().ToUpperInvariant());
        json.WriteSpan(instruction.Span);
        json.WriteWord("keyword", instruction.Keyword);
        json.WriteObjects("flags", instruction.Flags, flag =>
        {
            json.WriteString("name", flag.Name.Text);
            if (flag.Value is { } value)
                json.WriteString("value", value.Text);
            json.WriteSpan(flag.Span);
        });
        json.WriteWord("arguments", instruction.Arguments);
        InstructionJson.Write(json, instruction);
        if (instruction is OnbuildInstruction onbuild)
        {
            json.WriteString("expression", onbuild.Expression);
            json.WriteStartObject("trigger");
            WriteInstruction(json, onbuild.Trigger);
            json.WriteEndObject();
        }
        else if (!instruction.Heredocs.IsEmpty)
        {
            json.WriteObjects("heredocs", instruction.Heredocs, document => WriteHeredoc(json, document));
        }
        if (!instruction.Header.InnerComments.IsEmpty)
            json.WriteObjects("comments", instruction.Header.InnerComments, comment => WriteComment(json, comment));
    }

    private static void WriteHeredoc(Utf8JsonWriter json, Heredoc document)
    {
        json.WriteString("name", document.Name);
        json.WriteBoolean("expands", document.Expands);
        json.WriteBoolean("stripsTabs", document.StripsTabs);
        json.WriteNumber("descriptor", document.Descriptor);
        json.WriteWord("marker", document.Marker);
        json.WriteWord("body", document.Body);
        json.WriteString("content", document.Content);
        json.WriteStartObject("terminator");
        json.WriteSpan(document.Terminator);
        json.WriteEndObject();
    }

    private static void WriteDiagnostic(Utf8JsonWriter json, Diagnostic diagnostic)
    {
        json.WriteString("severity", diagnostic.IsError ? "error" : "warning");
        json.WriteString("code", diagnostic.Code);
        json.WriteString("message", diagnostic.Message);
        json.WriteOptional("hint", diagnostic.Hint);
        if (diagnostic.Where is { } where)
            json.WriteSpan(where);
    }
}
