using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>InvalidDefinitionDescription.</summary>
internal static class InvalidDefinitionDescription
{
    public static CheckRule Rule { get; } = new(nameof(InvalidDefinitionDescription), "A comment right above FROM or ARG begins with the name that it describes", Find)
    {
        Url = CheckRule.UrlOf("invalid-definition-description"),
        IsExperimental = true,
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (Instruction instruction in file.Instructions)
        {
            string[] names = NamesOf(instruction);
            Comment? last = instruction.Header.Comments.LastOrDefault(c => c != instruction.Header.CheckComment);
            if (names.Length == 0 || last is null || names.Contains(last.Text.Split(' ', 2)[0]))
                continue;
            string example = names.Length == 1 ? names[0] : "NAME";
            string message = $"this comment does not say that it describes {string.Join(" or ", names.Take(3).Select(static n => Quoted.Of(n)))}";
            string hint = $"begin it with \"# {Quoted.Plain(example)} \"; a comment that describes nothing is followed by a line with only \"#\"";
            yield return new Finding(instruction, last.Span, message, hint);
        }
    }

    private static string[] NamesOf(Instruction instruction) => instruction switch
    {
        FromInstruction { StageName: { } name } => [name],
        ArgInstruction arg => [.. arg.Declarations.Select(static d => d.Name.Text)],
        _ => [],
    };
}
