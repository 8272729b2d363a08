using System.Globalization;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads HEALTHCHECK.</summary>
internal static class HealthcheckParser
{
    private const string Usage = "write HEALTHCHECK CMD command, or HEALTHCHECK NONE";

    public static Instruction? Parse(InstructionRequest request)
    {
        Word arguments = request.Arguments;
        if (arguments.IsEmpty)
            return request.Missing("HEALTHCHECK lacks its test", Usage);
        int end = arguments.Characters.IndexOfAny(Words.Blanks);
        Word type = end < 0 ? arguments : arguments.Slice(0, end);
        Word rest = end < 0 ? arguments.Slice(arguments.Length) : arguments.Slice(end).Trim();
        switch (type.Text.ToUpperInvariant())
        {
            case "NONE" when rest.IsEmpty:
                return new HealthcheckInstruction(request.Header, null);
            case "NONE":
                return Fail(request, rest, "HEALTHCHECK NONE takes no arguments");
            case "CMD" when rest.IsEmpty:
                return request.Missing("HEALTHCHECK CMD lacks its command", Usage);
            case "CMD":
                return ParseCommand(request, rest);
            default:
                return Fail(request, type, $"HEALTHCHECK knows no {Quoted.Of(type.Text)}");
        }
    }

    private static Instruction? ParseCommand(InstructionRequest request, Word command)
    {
        if (CommandForms.Read(request, command) is not { } form)
            return null;
        if (form is CommandForm.Exec { Arguments.IsEmpty: true })
            return request.Missing("HEALTHCHECK CMD lacks its command", Usage);
        return new HealthcheckInstruction(request.Header, form)
        {
            Interval = ReadDuration(request, "interval"),
            Timeout = ReadDuration(request, "timeout"),
            StartPeriod = ReadDuration(request, "start-period"),
            StartInterval = ReadDuration(request, "start-interval"),
            Retries = ReadRetries(request),
        };
    }

    private static TimeSpan? ReadDuration(InstructionRequest request, string name)
    {
        if (request.Flags.Text(name) is not { } value)
            return null;
        bool isRead = GoDuration.TryParse(value.Text, out TimeSpan duration);
        if (isRead && (duration == TimeSpan.Zero || duration >= TimeSpan.FromMilliseconds(1)))
            return duration == TimeSpan.Zero ? null : duration;
        string message = isRead ? $"--{name} cannot be less than 1ms" : $"--{name}: {Quoted.Of(value.Text)} is no duration";
        request.Diagnostics.Error(
            DiagnosticCodes.BadFlagValue, value.Span, message, "write a number and a unit, as in 30s, 1m30s or 500ms");
        return null;
    }

    private static int? ReadRetries(InstructionRequest request)
    {
        if (request.Flags.Text("retries") is not { } value)
            return null;
        if (int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int retries) && retries >= 0)
            return retries;
        request.Diagnostics.Error(
            DiagnosticCodes.BadFlagValue, value.Span, $"--retries: {Quoted.Of(value.Text)} is no count", "write a number, 0 or more");
        return null;
    }

    private static Instruction? Fail(InstructionRequest request, Word where, string message)
    {
        request.Diagnostics.Error(DiagnosticCodes.BadHealthcheck, where.Span, message, Usage);
        return null;
    }
}
