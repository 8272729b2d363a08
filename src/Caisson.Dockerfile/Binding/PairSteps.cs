using System.Collections.Immutable;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>Evaluates ENV, LABEL and ARG.</summary>
internal static class PairSteps
{
    public static Step ReadEnv(StepEvaluator evaluator)
    {
        ImmutableArray<KeyValue> written = StepTable.Syntax<EnvInstruction>(evaluator).Pairs;
        ImmutableArray<KeyValuePair<string, string>> pairs = Expand(evaluator, written);
        for (int i = 0; i < pairs.Length; i++)
            evaluator.SetEnvironment(pairs[i].Key, pairs[i].Value, written[i].Value);
        return new Step.Env(pairs) { Origin = evaluator.Bound };
    }

    public static Step ReadLabel(StepEvaluator evaluator) =>
        new Step.Label(Expand(evaluator, StepTable.Syntax<LabelInstruction>(evaluator).Pairs)) { Origin = evaluator.Bound };

    public static Step ReadArg(StepEvaluator evaluator)
    {
        ImmutableArray<ArgumentDeclaration> declarations = StepTable.Syntax<ArgInstruction>(evaluator).Declarations;
        var arguments = ImmutableArray.CreateBuilder<DeclaredArgument>(declarations.Length);
        foreach (ArgumentDeclaration declaration in declarations)
        {
            DeclaredArgument argument = new(declaration.Name.Text, ValueOf(evaluator, declaration));
            evaluator.SetArgument(argument.Name, argument.Value, declaration.Default ?? declaration.Name);
            arguments.Add(argument);
        }
        return new Step.Arg(arguments.MoveToImmutable()) { Origin = evaluator.Bound };
    }

    private static string? ValueOf(StepEvaluator evaluator, ArgumentDeclaration declaration)
    {
        ScopeContext context = evaluator.Scope.Context;
        if (context.Given.TryGetValue(declaration.Name.Text, out string? given))
            return given;
        if (declaration.Default is { } word)
            return evaluator.TextNow(word);
        return context.Global.TryGet(declaration.Name.Text, out string? value) ? value : null;
    }

    private static ImmutableArray<KeyValuePair<string, string>> Expand(StepEvaluator evaluator, ImmutableArray<KeyValue> pairs)
    {
        var expanded = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(pairs.Length);
        foreach (KeyValue pair in pairs)
            expanded.Add(KeyValuePair.Create(evaluator.Text(pair.Key), evaluator.Text(pair.Value)));
        return expanded.MoveToImmutable();
    }
}
