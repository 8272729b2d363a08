using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads Dockerfiles. Pure; never throws on bad text; time grows with the length of the text.</summary>
public static class DockerfileParser
{
    /// <summary>Reads a whole file and reports all of its mistakes at once.</summary>
    /// <param name="source">The text.</param>
    /// <param name="limits">How much the text may ask for; <see cref="ParserLimits.Default"/> when null.</param>
    public static ParsedDockerfile Parse(SourceText source, ParserLimits? limits = null)
    {
        DiagnosticBag diagnostics = new();
        DockerfileDocument document = new DocumentReader(source, limits ?? ParserLimits.Default, diagnostics).Read();
        if (!document.Instructions.IsEmpty)
            LostLineBreaks.Find(document, diagnostics);
        else if (!diagnostics.HasErrors)
            diagnostics.Error(DiagnosticCodes.NoInstructions, null, $"{source.Name} holds no instruction", "begin with FROM");
        return new ParsedDockerfile(document, diagnostics.ToImmutable());
    }

    /// <summary>Reads one instruction that an image keeps for builds upon it (ONBUILD); anything but one is an error.</summary>
    public static ParsedDockerfile ParseTrigger(SourceText source)
    {
        ParsedDockerfile parsed = Parse(source);
        if (parsed.HasErrors || parsed.Document.Instructions is [not (FromInstruction or OnbuildInstruction or MaintainerInstruction)])
            return parsed;
        const string Message = "an ONBUILD trigger is one instruction, and none of FROM, ONBUILD and MAINTAINER";
        Diagnostic problem = new(DiagnosticCodes.BadTrigger, Severity.Error, Message, source.Span);
        return parsed with { Diagnostics = parsed.Diagnostics.Add(problem) };
    }
}
