using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads arguments that may be a JSON array.</summary>
internal static class CommandForms
{
    /// <summary>A command in either form; null when an error was reported.</summary>
    public static CommandForm? Read(InstructionRequest request, Word arguments)
    {
        JsonArray? json = ReadJson(request, arguments);
        return json?.Outcome switch
        {
            JsonOutcome.NotStrings => null,
            JsonOutcome.Strings => new CommandForm.Exec(json.Elements),
            _ => new CommandForm.Shell(arguments),
        };
    }

    /// <summary>Words from a JSON array or between white space; null when an error was reported.</summary>
    public static ImmutableArray<Word>? ReadList(InstructionRequest request)
    {
        JsonArray? json = ReadJson(request, request.Arguments);
        return json?.Outcome switch
        {
            JsonOutcome.NotStrings => null,
            JsonOutcome.Strings => json.Elements,
            _ => Words.Split(request.Arguments),
        };
    }

    private static JsonArray? ReadJson(InstructionRequest request, Word arguments)
    {
        JsonArray? json = JsonArray.Read(arguments);
        if (json is { Outcome: JsonOutcome.NotStrings, Fault: { } other })
        {
            string message = $"{request.Rule.Name} takes an array of strings only";
            request.Diagnostics.Error(DiagnosticCodes.JsonNotStrings, other.Where, message, "put every element in double quotes");
        }
        else if (json is { Outcome: JsonOutcome.Broken, Fault: { } fault } && HasShellForm(request) && JsonArray.LooksMeant(arguments.Text))
        {
            string message = $"this looks like a JSON array but is taken as plain text: {fault.Reason}";
            request.Diagnostics.Warn(
                DiagnosticCodes.BrokenJson, fault.Where, message, $"write {request.Rule.Name} [\"first\", \"second\"]");
        }
        return json;
    }

    private static bool HasShellForm(InstructionRequest request) => request.Rule.Name != "SHELL";
}
