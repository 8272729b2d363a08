using System.Collections.Immutable;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>Evaluates one instruction: expands its words, collects what goes wrong, and keeps the scope that it leaves behind.</summary>
internal sealed class StepEvaluator
{
    private ImmutableArray<VariableUse>.Builder? _uses;
    private readonly StageScope _before;
    private long _cost;

    private StepEvaluator(StageScope scope, BoundInstruction instruction)
    {
        _before = scope;
        Scope = scope;
        Bound = instruction;
    }

    public BoundInstruction Bound { get; }

    public DiagnosticBag Diagnostics { get; } = new();

    /// <summary>The scope that the instruction leaves behind.</summary>
    public StageScope Scope { get; private set; }

    public static Evaluation Evaluate(StageScope scope, BoundInstruction instruction)
    {
        StepEvaluator evaluator = new(scope, instruction);
        Step? step = StepTable.Read(evaluator);
        bool hasFailed = evaluator.Diagnostics.HasErrors;
        StageScope next = (hasFailed ? scope : evaluator.Scope).WithCost(evaluator._cost);
        ImmutableArray<VariableUse> uses = evaluator._uses?.DrainToImmutable() ?? [];
        return new Evaluation(next, hasFailed ? null : step)
        {
            Diagnostics = evaluator.Diagnostics.ToImmutable(),
            Uses = uses,
            UndefinedUses = uses.IsEmpty ? [] : Undefined(uses, scope),
        };
    }

    /// <summary>A word expanded with the variables before the instruction; null when that failed.</summary>
    public string? TryText(Word word) => Text(word, _before.Variables);

    /// <summary>The same; empty when that failed, which is remembered.</summary>
    public string Text(Word word) => TryText(word) ?? "";

    public string? TextOrNull(Word? word) => word is null ? null : TryText(word) is { Length: > 0 } text ? text : null;

    /// <summary>A word expanded with the variables that the instruction itself has set so far.</summary>
    public string TextNow(Word word) => Text(word, Scope.Variables) ?? "";

    public string Document(Word body) => Expand(body, _before.Context.DocumentExpander, _before.Variables)?.Text ?? "";

    /// <summary>The words that a word falls into once expanded.</summary>
    public ImmutableArray<string> Split(Word word) => Expand(word, _before.Context.Expander, _before.Variables, splits: true)?.Words ?? [];

    public void Fail(string code, Word where, string message, string? hint = null) => Diagnostics.Error(code, where.Span, message, hint);

    /// <summary>Counts work; false, once that is an error, when it has become too much.</summary>
    public bool Spend(long cost, Word where)
    {
        _cost += cost;
        if (_before.Cost + _cost <= BindingLimits.MaxCost)
            return true;
        Fail(DiagnosticCodes.ExpansionTooLarge, where, "expanding the words of the stages up to here takes too much work");
        return false;
    }

    public void SetEnvironment(string name, string value, Word where)
    {
        if (Fits(name, value, where))
            Scope = Scope.WithEnvironment(name, value);
    }

    public void SetArgument(string name, string? value, Word where)
    {
        if (value is null || Fits(name, value, where))
            Scope = Scope.WithArgument(name, value);
    }

    private static ImmutableArray<VariableUse> Undefined(ImmutableArray<VariableUse> uses, StageScope scope) =>
        uses.RemoveAll(u => u.IsDefined || scope.IsDeclared(u.Name) || PredefinedArguments.IsHidden(u.Name));

    private bool Fits(string name, string value, Word where)
    {
        bool isShort = value.Length <= BindingLimits.MaxValueLength;
        if (isShort && Scope.Variables.Size + name.Length + value.Length <= BindingLimits.MaxSize)
            return true;
        string message = isShort
            ? $"the variables of this stage are longer than {BindingLimits.MaxSize} characters together"
            : $"the value of {Quoted.Of(name)} is longer than {BindingLimits.MaxValueLength} characters";
        Fail(DiagnosticCodes.EnvironmentTooLarge, where, message, "no process could be started with it");
        return false;
    }

    private string? Text(Word word, VariableSet variables)
    {
        Expander expander = _before.Context.Expander;
        if (!expander.IsPlain(word))
            return Expand(word, expander, variables)?.Text;
        if (!Spend(0, word))
            return null;
        _cost += word.Length;
        return word.Text;
    }

    private ExpandedWord? Expand(Word word, Expander expander, VariableSet variables, bool splits = false)
    {
        if (!Spend(0, word))
            return null;
        ExpandedWord expanded = expander.Expand(word, variables, splits);
        if (!expanded.Uses.IsEmpty)
            (_uses ??= ImmutableArray.CreateBuilder<VariableUse>(expanded.Uses.Length)).AddRange(expanded.Uses);
        _cost += expanded.Cost;
        if (expanded.Problem is not { } problem)
            return expanded;
        Diagnostics.Add(problem);
        return null;
    }
}
