using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads CMD, ENTRYPOINT and SHELL.</summary>
internal static class CommandParser
{
    public static Instruction? ParseCmd(InstructionRequest request) =>
        CommandForms.Read(request, request.Arguments) is { } command ? new CmdInstruction(request.Header, command) : null;

    public static Instruction? ParseEntrypoint(InstructionRequest request) =>
        CommandForms.Read(request, request.Arguments) is { } command ? new EntrypointInstruction(request.Header, command) : null;

    public static Instruction? ParseShell(InstructionRequest request)
    {
        const string Example = "write SHELL [\"/bin/bash\", \"-c\"]";
        if (request.Arguments.IsEmpty)
            return request.Missing("SHELL lacks its program", Example);
        switch (CommandForms.Read(request, request.Arguments))
        {
            case CommandForm.Exec { Arguments.IsEmpty: true }:
                return request.Missing("SHELL lacks its program", Example);
            case CommandForm.Exec exec:
                return new ShellInstruction(request.Header, exec.Arguments);
            case CommandForm.Shell shell:
                JsonFault? fault = JsonArray.Read(shell.Line)?.Fault;
                string message = "SHELL takes a JSON array only" + (fault is null ? "" : $", and this is none: {fault.Reason}");
                request.Diagnostics.Error(DiagnosticCodes.JsonRequired, fault?.Where ?? shell.Line.Span, message, Example);
                return null;
            default:
                return null;
        }
    }
}
