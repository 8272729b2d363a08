using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Outlines;

/// <summary>Collects the build arguments that have an effect: those that stages declare, those that FROM uses, and those that these are made of.</summary>
internal sealed class OutlineArguments
{
    private readonly BoundDockerfile _bound;
    private readonly Expander _expander;
    private readonly Dictionary<string, ArgumentDeclaration> _globals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OutlineArgument> _found = new(StringComparer.Ordinal);

    public OutlineArguments(BoundDockerfile bound)
    {
        _bound = bound;
        _expander = new Expander(bound.Document.Escape) { MaxLength = BindingLimits.MaxNameLength };
        foreach (ArgInstruction global in bound.Document.Instructions.TakeWhile(static i => i is not FromInstruction).OfType<ArgInstruction>())
        {
            foreach (ArgumentDeclaration declaration in global.Declarations)
                _globals[declaration.Name.Text] = declaration;
        }
    }

    public ImmutableArray<OutlineArgument> Of(IEnumerable<CheckedStage> stages)
    {
        foreach (CheckedStage stage in stages)
        {
            foreach (CheckedInstruction instruction in stage.Instructions)
                AddDeclared(instruction);
            foreach (VariableUse use in stage.Stage.Uses.Where(static u => u.IsDefined))
                AddGlobal(use.Name);
        }
        return [.. _found.Values.OrderBy(static a => a.Where.Start)];
    }

    private void AddDeclared(CheckedInstruction instruction)
    {
        if (instruction is not { Syntax: ArgInstruction arg, Evaluation.Step: Step.Arg step })
            return;
        foreach ((ArgumentDeclaration declaration, DeclaredArgument argument) in arg.Declarations.Zip(step.Arguments))
        {
            bool isOfGlobal = declaration.Default is null && !_bound.Options.Arguments.ContainsKey(argument.Name) && _bound.GlobalArguments.Contains(argument.Name);
            if (isOfGlobal)
                AddGlobal(argument.Name);
            else
                _found.TryAdd(argument.Name, new OutlineArgument(argument.Name, argument.Value ?? "", declaration.Description, declaration.Name.Span));
        }
    }

    // A global argument, and those that its default is made of. Names that only the builder sets are no arguments.
    private void AddGlobal(string name)
    {
        Stack<string> open = new([name]);
        while (open.TryPop(out string? next))
        {
            if (!_globals.TryGetValue(next, out ArgumentDeclaration? declaration))
                continue;
            _bound.GlobalArguments.TryGet(next, out string? value);
            if (!_found.TryAdd(next, new OutlineArgument(next, value ?? "", declaration.Description, declaration.Name.Span)))
                continue;
            if (declaration.Default is not { } word || _bound.Options.Arguments.ContainsKey(next))
                continue;
            foreach (VariableUse use in _expander.Expand(word, _bound.GlobalArguments).Uses)
                open.Push(use.Name);
        }
    }
}
