using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads RUN.</summary>
internal static class RunParser
{
    private static readonly ImmutableArray<string> Networks = ["default", "none", "host", "gateway"];
    private static readonly ImmutableArray<NetworkMode> NetworkModes = [NetworkMode.Default, NetworkMode.None, NetworkMode.Host, NetworkMode.Gateway];
    private static readonly ImmutableArray<string> Securities = ["sandbox", "insecure"];
    private static readonly ImmutableArray<SecurityMode> SecurityModes = [SecurityMode.Sandbox, SecurityMode.Insecure];

    public static Instruction? Parse(InstructionRequest request)
    {
        if (CommandForms.Read(request, request.Arguments) is not { } command)
            return null;
        if (command is CommandForm.Shell { Line.IsEmpty: true })
            request.Diagnostics.Warn(DiagnosticCodes.EmptyCommand, request.Header.Keyword.Span, "RUN has no command", "remove it");
        return new RunInstruction(request.Header, command)
        {
            Mounts = request.Flags.All("mount", f => MountReader.Parse(f, request)),
            Devices = request.Flags.All("device", f => DeviceReader.Parse(f, request.Diagnostics)),
            Network = Choose(request, "network", Networks, NetworkModes),
            Security = Choose(request, "security", Securities, SecurityModes),
        };
    }

    private static T Choose<T>(InstructionRequest request, string flag, ImmutableArray<string> names, ImmutableArray<T> values)
    {
        if (request.Flags.Find(flag) is not { Value: { } value } found)
            return values[0];
        int index = names.IndexOf(value.Text);
        if (index >= 0)
            return values[index];
        string hint = Suggestion.Hint(value.Text, names) ?? $"it takes {string.Join(", ", names)}";
        request.Diagnostics.Error(
            DiagnosticCodes.BadFlagValue, value.IsEmpty ? found.Span : value.Span, $"--{flag} does not know {Quoted.Of(value.Text)}", hint);
        return values[0];
    }
}
