using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>Finds build arguments that were given and that nothing declares.</summary>
internal static class UnusedArguments
{
    public static ImmutableArray<string> Find(
        BindingOptions options, ImmutableArray<ArgInstruction> globals, ImmutableArray<BoundStage> stages, DiagnosticBag diagnostics)
    {
        HashSet<string> declared = [.. globals
            .Concat(stages.SelectMany(static s => s.Triggers.Concat(s.Instructions)).Select(static i => i.Syntax).OfType<ArgInstruction>())
            .SelectMany(static a => a.Declarations)
            .Select(static d => d.Name.Text)];
        ImmutableArray<string> unused =
            [.. options.Arguments.Keys.Where(n => !declared.Contains(n) && !PredefinedArguments.IsKnown(n)).Order(StringComparer.Ordinal)];
        foreach (string name in unused)
        {
            string hint = Suggestion.Hint(name, declared) ?? $"declare it with ARG {name}, or do not give it";
            diagnostics.Warn(
                DiagnosticCodes.UnusedBuildArgument, null, $"the build argument {Quoted.Of(name)} is declared by no ARG", hint);
        }
        return unused;
    }
}
