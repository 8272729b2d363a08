using System.Collections.Immutable;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>Evaluates the ARGs before the first FROM.</summary>
internal static class GlobalScope
{
    /// <summary>The predefined arguments and the global ones, in that order; given values go before defaults.</summary>
    /// <param name="escape">The file's escape character.</param>
    /// <param name="globals">The instructions.</param>
    /// <param name="predefined">The predefined arguments, before given values replace them.</param>
    /// <param name="given">The build arguments given.</param>
    /// <param name="diagnostics">Takes the errors.</param>
    public static ScopeContext Evaluate(
        char escape,
        ImmutableArray<ArgInstruction> globals,
        VariableSet predefined,
        ImmutableDictionary<string, string> given,
        DiagnosticBag diagnostics)
    {
        predefined = predefined.SetAll(predefined.Names.Where(given.ContainsKey).Select(n => KeyValuePair.Create(n, given[n])));
        StageScope scope = StageScope.Plain(new ScopeContext(escape, given, VariableSet.Empty), predefined);
        VariableSet values = predefined;
        foreach (ArgInstruction instruction in globals)
        {
            Evaluation evaluation = scope.Evaluate(new BoundInstruction(instruction));
            foreach (Diagnostic diagnostic in evaluation.Diagnostics)
                diagnostics.Add(diagnostic);
            scope = evaluation.Scope;
            foreach (DeclaredArgument argument in evaluation.Step is Step.Arg step ? step.Arguments : [])
                values = argument.Value is null ? values : values.Set(argument.Name, argument.Value);
        }
        return new ScopeContext(escape, given, values);
    }
}
