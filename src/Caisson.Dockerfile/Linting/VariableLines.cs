using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting;

/// <summary>Where instructions set variables: for each name, the first line that does.</summary>
internal sealed class VariableLines
{
    private readonly IEnumerable<Instruction> _instructions;
    private Dictionary<string, int>? _lines;

    public VariableLines(IEnumerable<Instruction> instructions) => _instructions = instructions;

    /// <summary>The line, counted from 1, or null.</summary>
    public int? Find(string name) => (_lines ??= Collect()).TryGetValue(name, out int line) ? line : null;

    private Dictionary<string, int> Collect()
    {
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        foreach (Instruction instruction in _instructions)
        {
            foreach (Word name in NamesOf(instruction))
                lines.TryAdd(name.Text, instruction.Span.Line);
        }
        return lines;
    }

    private static IEnumerable<Word> NamesOf(Instruction instruction) => instruction switch
    {
        ArgInstruction arg => arg.Declarations.Select(static d => d.Name),
        EnvInstruction env => env.Pairs.Select(static p => p.Key),
        _ => [],
    };
}
