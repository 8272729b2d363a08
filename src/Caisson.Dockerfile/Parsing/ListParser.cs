using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads the instructions that take a list of words.</summary>
internal static class ListParser
{
    public static Instruction? ParseExpose(InstructionRequest request)
    {
        ImmutableArray<Word> ports = Words.Split(request.Arguments);
        return ports.IsEmpty
            ? request.Missing("EXPOSE lacks a port", "give it one or more, as in EXPOSE 8080 8443/tcp")
            : new ExposeInstruction(request.Header, ports);
    }

    public static Instruction? ParseVolume(InstructionRequest request)
    {
        if (CommandForms.ReadList(request) is not { } paths)
            return null;
        if (paths.IsEmpty)
            return request.Missing("VOLUME lacks a path", "give it one or more, as in VOLUME /var/lib/app");
        foreach (Word path in paths.Where(static p => p.Trim().IsEmpty))
            request.Diagnostics.Error(DiagnosticCodes.EmptyVolume, path.Span, "a volume's path is empty");
        return new VolumeInstruction(request.Header, [.. paths.Select(static p => p.Trim())]);
    }
}
