using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>SecretsUsedInArgOrEnv.</summary>
internal static class SecretsUsedInArgOrEnv
{
    public static CheckRule Rule { get; } = new(nameof(SecretsUsedInArgOrEnv), "No secret is given by ARG or ENV", Find)
    {
        Url = CheckRule.UrlOf("secrets-used-in-arg-or-env"),
    };

    // An ARG before the first FROM reaches no stage by itself, and so is none of these.
    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (CheckedInstruction instruction in file.Evaluated)
        {
            int count = instruction.Syntax switch
            {
                ArgInstruction arg => arg.Declarations.Length,
                EnvInstruction env => env.Pairs.Length,
                _ => 0,
            };
            for (int i = 0; i < count; i++)
            {
                (string name, Word where) = NameOf(instruction, i);
                if (SecretNames.Has(name))
                    yield return FindingOf(instruction.Syntax, name, where);
            }
        }
    }

    private static Finding FindingOf(Instruction instruction, string name, Word where)
    {
        string message = instruction is ArgInstruction
            ? $"{Quoted.Of(name)} looks like a secret, and build arguments are stored in the image's history"
            : $"{Quoted.Of(name)} looks like a secret, and ENV stores it in the image";
        return new Finding(instruction, where.Span, message, "give it to the step that needs it: RUN --mount=type=secret,id=…");
    }

    // A name of ENV may hold variables; one that could not be expanded is taken as written.
    private static (string Name, Word Where) NameOf(CheckedInstruction instruction, int index)
    {
        Word where = instruction.Syntax is ArgInstruction arg ? arg.Declarations[index].Name : ((EnvInstruction)instruction.Syntax).Pairs[index].Key;
        return (instruction.Evaluation.Step is Step.Env env ? env.Pairs[index].Key : where.Text, where);
    }
}
