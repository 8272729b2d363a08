using System.Text.RegularExpressions;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>SecretsUsedInArgOrEnv.</summary>
internal static partial class SecretsUsedInArgOrEnv
{
    public static CheckRule Rule { get; } = new(nameof(SecretsUsedInArgOrEnv), "No secret is given by ARG or ENV", Find)
    {
        Url = CheckRule.UrlOf("secrets-used-in-arg-or-env"),
    };

    // An ARG before the first FROM reaches no stage by itself, and so is none of these.
    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (CheckedInstruction instruction in file.Stages.SelectMany(static s => s.Instructions))
        {
            foreach ((string name, Word where) in NamesOf(instruction))
            {
                if (IsSecret(name))
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

    private static IEnumerable<(string Name, Word Where)> NamesOf(CheckedInstruction instruction) => instruction.Syntax switch
    {
        ArgInstruction arg => arg.Declarations.Select(static d => (d.Name.Text, d.Name)),
        EnvInstruction env => env.Pairs.Select((p, i) => (NameOf(instruction, i) ?? p.Key.Text, p.Key)),
        _ => [],
    };

    private static string? NameOf(CheckedInstruction env, int index) => (env.Evaluation.Step as Step.Env)?.Pairs[index].Key;

    private static bool IsSecret(string name) => Secret().IsMatch(name) && !Harmless().IsMatch(name);

    [GeneratedRegex("(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Secret();

    [GeneratedRegex("(?:_|^)(?:public|file|version)(?:_|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Harmless();
}
