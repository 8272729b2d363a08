using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads the instructions whose only argument is the rest of the line.</summary>
internal static class TextParser
{
    public static Instruction? ParseUser(InstructionRequest request) =>
        Take(request, "a name or number, as in USER 10001") is { } text ? new UserInstruction(request.Header, text) : null;

    public static Instruction? ParseWorkdir(InstructionRequest request) =>
        Take(request, "a path, as in WORKDIR /src") is { } text ? new WorkdirInstruction(request.Header, text) : null;

    public static Instruction? ParseStopsignal(InstructionRequest request) =>
        Take(request, "a signal, as in STOPSIGNAL SIGTERM") is { } text ? new StopsignalInstruction(request.Header, text) : null;

    public static Instruction? ParseMaintainer(InstructionRequest request) =>
        Take(request, "a name") is { } text ? new MaintainerInstruction(request.Header, text) : null;

    private static Word? Take(InstructionRequest request, string what)
    {
        if (request.Arguments.IsEmpty)
            request.Missing($"{request.Rule.Name} lacks its argument", $"give it {what}");
        return request.Arguments.IsEmpty ? null : request.Arguments;
    }
}
