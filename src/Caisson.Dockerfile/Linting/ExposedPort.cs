using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting;

/// <summary>A port of EXPOSE, variables expanded: <c>[[address:]host:]port[/protocol]</c>.</summary>
/// <param name="Instruction">The instruction.</param>
/// <param name="Where">The word that it stands in.</param>
/// <param name="Text">The whole.</param>
internal sealed record ExposedPort(Instruction Instruction, Word Where, string Text)
{
    /// <summary>The part for the container, with its protocol.</summary>
    public string Port => Text[(Text.LastIndexOf(':') + 1)..];

    /// <summary>The protocol as written; empty without one.</summary>
    public string Protocol => Port is var port && port.IndexOf('/', StringComparison.Ordinal) is int slash and >= 0 ? port[(slash + 1)..] : "";

    /// <summary>True when it names an address or a port of the host.</summary>
    public bool HasHost => Text.AsSpan(0, Math.Max(0, Text.LastIndexOf(':'))).ContainsAnyExcept(':');

    /// <summary>The ports of all stages; those that cannot be read are errors elsewhere.</summary>
    public static IEnumerable<ExposedPort> In(CheckedDockerfile file)
    {
        foreach ((CheckedInstruction instruction, ExposeInstruction expose) in file.Each<ExposeInstruction>())
        {
            if (instruction.Evaluation.Step is null)
                continue;
            foreach (Word word in expose.Ports)
            {
                ExpandedWord expanded = instruction.Before.Expand(word);
                foreach (string text in expanded.Words)
                    yield return new ExposedPort(expose, word, text);
            }
        }
    }
}
