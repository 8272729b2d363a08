using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>UndefinedVar.</summary>
internal static class UndefinedVar
{
    private static readonly string[] ShellVariables = ["HOME", "HOSTNAME", "PWD", "SHELL", "USER"];

    public static CheckRule Rule { get; } = new(nameof(UndefinedVar), "Variables are set before they are used", Find)
    {
        Url = CheckRule.UrlOf("undefined-var"),
    };

    // As in BuildKit, EXPOSE is not looked at.
    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        NameSearch search = new();
        VariableLines globals = new(file.Globals);
        foreach (CheckedStage stage in file.Stages)
        {
            Places places = new(stage, globals, new VariableLines(stage.Instructions.Select(static i => i.Syntax)));
            foreach (CheckedInstruction instruction in stage.Instructions)
            {
                foreach (VariableUse use in instruction.Syntax is ExposeInstruction ? [] : instruction.UndefinedUses)
                {
                    (string hint, bool isCertain) = Explain(use.Name, instruction, places, search);
                    if (isCertain || instruction.IsKnown)
                        yield return new Finding(instruction.Syntax, use.Where, $"nothing sets the variable {Quoted.Of(use.Name)}", hint);
                }
            }
        }
    }

    // Where a base image that is not known may set the variable, only what the Dockerfile itself shows to be a mistake is certain.
    private static (string Hint, bool IsCertain) Explain(string name, CheckedInstruction instruction, Places places, NameSearch search)
    {
        if (places.Own.Find(name) is { } own && own >= instruction.Syntax.Span.Line)
        {
            return own == instruction.Syntax.Span.Line
                ? ("an instruction sees only what those before it set: set the variable in one of its own, above", true)
                : ($"it is set below, at line {own}", true);
        }
        IEnumerable<string> known = instruction.Before.Variables.Names.Concat(instruction.Before.Arguments.Select(static a => a.Name));
        if (search.NearestSpelling(name, known.Distinct()) is { } near)
            return ($"did you mean \"${near}\"?", Suggestion.Distance(name, near) == 1);
        if (places.Global.Find(name) is { } global)
        {
            // Who writes FROM python:$PYTHON_VERSION may mean the variable that this image sets.
            bool isUsedByFrom = places.Stage.Stage.Uses.Any(u => u.Name == name);
            return ($"ARG {name} at line {global} is for FROM; repeat ARG {name} in this stage", !isUsedByFrom);
        }
        return ShellVariables.Contains(name)
            ? ("a shell sets it when a container runs; here only ARG, ENV and the base image do", false)
            : ($"write ARG {Quoted.Plain(name)} or ENV {Quoted.Plain(name)}=… above", false);
    }

    private sealed record Places(CheckedStage Stage, VariableLines Global, VariableLines Own);
}
