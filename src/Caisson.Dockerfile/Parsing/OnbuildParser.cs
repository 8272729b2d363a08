using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads ONBUILD and the instruction behind it.</summary>
internal static class OnbuildParser
{
    public static Instruction? Parse(InstructionRequest request)
    {
        if (request.Arguments.IsEmpty)
            return request.Missing("ONBUILD lacks an instruction", "write ONBUILD RUN command, for example");
        InstructionHeader parts = InstructionReader.Split(request.Arguments, request.Escape);
        string name = parts.Keyword.Text.ToUpperInvariant();
        if (name is "ONBUILD" or "FROM" or "MAINTAINER")
        {
            request.Diagnostics.Error(DiagnosticCodes.BadTrigger, parts.Keyword.Span, $"ONBUILD cannot trigger {name}");
            return null;
        }
        InstructionHeader header = parts with
        {
            Heredocs = request.Header.Heredocs,
            Comments = request.Header.Comments,
            Checks = request.Header.Checks,
        };
        if (InstructionRules.Find(name) is not { } rule)
        {
            UnknownInstruction.Report(header, null, request.Escape, request.Diagnostics);
            return null;
        }
        Instruction trigger = rule.Read(new InstructionRequest(header, rule, request.Escape, request.Diagnostics));
        return new OnbuildInstruction(request.Header, trigger, ExpressionOf(header));
    }

    private static string ExpressionOf(InstructionHeader trigger)
    {
        StringBuilder expression = new(trigger.Line.Text);
        foreach (Heredoc document in trigger.Heredocs)
            expression.Append('\n').Append(document.Body.Text).Append(document.Name);
        return expression.ToString();
    }
}
