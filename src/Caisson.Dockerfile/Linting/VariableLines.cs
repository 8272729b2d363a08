using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting;

/// <summary>Where instructions set variables: for each name, the first line that does.</summary>
internal sealed class VariableLines
{
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

    public VariableLines(IEnumerable<Instruction> instructions)
    {
        foreach (Instruction instruction in instructions)
        {
            foreach (Word name in NamesOf(instruction))
                _lines.TryAdd(name.Text, instruction.Span.Line);
        }
    }

    /// <summary>The line, counted from 1, or null.</summary>
    public int? Find(string name) => _lines.TryGetValue(name, out int line) ? line : null;

    private static IEnumerable<Word> NamesOf(Instruction instruction) => instruction switch
    {
        ArgInstruction arg => arg.Declarations.Select(static d => d.Name),
        EnvInstruction env => env.Pairs.Select(static p => p.Key),
        _ => [],
    };
}
