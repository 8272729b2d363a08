using System.Collections.Immutable;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>The variables of a stage at one of its instructions. Immutable: evaluating an instruction gives the next scope.</summary>
/// <remarks>
/// As in BuildKit, the last to set a variable wins, be it ENV or ARG. An ARG takes the value given to the build, else its default,
/// else the value of the global argument of its name; without any of these it sets nothing. One instruction sees the values
/// before it; only within an ARG of several names, a later one sees those before it.
/// </remarks>
public sealed class StageScope
{
    /// <summary>The search path of a stage whose base sets none.</summary>
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // By name: how many were declared before it, and the value that it got last.
    private readonly ImmutableDictionary<string, (int Place, string? Value)> _arguments;

    private StageScope(ScopeContext context, VariableSet environment, VariableSet variables)
    {
        Context = context;
        Environment = environment;
        Variables = variables;
        _arguments = ImmutableDictionary.Create<string, (int Place, string? Value)>(StringComparer.Ordinal);
    }

    private StageScope(StageScope other, VariableSet environment, VariableSet variables)
    {
        Context = other.Context;
        Environment = environment;
        Variables = variables;
        Cost = other.Cost;
        _arguments = other._arguments;
    }

    private StageScope(StageScope other, VariableSet environment, VariableSet variables, ImmutableDictionary<string, (int Place, string? Value)> arguments)
        : this(other, environment, variables) => _arguments = arguments;

    /// <summary>The environment of the image: the base's variables and those of ENV.</summary>
    public VariableSet Environment { get; }

    /// <summary>What words and steps see: the environment and the arguments.</summary>
    public VariableSet Variables { get; }

    /// <summary>The environment of a step: what it sees, and the proxies given to the build.</summary>
    public VariableSet StepEnvironment => Variables.SetAll(PredefinedArguments.ProxyPairs(Context.Given));

    /// <summary>The arguments declared so far, those of the stages below included, each once and in order, with the value that it got last.</summary>
    public IEnumerable<DeclaredArgument> Arguments => _arguments
        .OrderBy(static a => a.Value.Place)
        .Select(static a => new DeclaredArgument(a.Key, a.Value.Value));

    internal ScopeContext Context { get; }

    /// <summary>What expanding words has cost so far, in characters written and steps of pattern matching; the next stage may begin with it.</summary>
    public long Cost { get; private init; }

    /// <summary>The declared arguments with their present values, each name once, as an image's history shows them.</summary>
    public IEnumerable<KeyValuePair<string, string>> HistoryArguments => Arguments
        .Select(a => KeyValuePair.Create(a.Name, Variables.TryGet(a.Name, out string? value) ? value : a.Value ?? ""));

    /// <summary>True when ARG has declared the name, with or without a value.</summary>
    public bool IsDeclared(string name) => _arguments.ContainsKey(name);

    /// <summary>Expands a word with the variables of this scope.</summary>
    public ExpandedWord Expand(Word word) => Context.Expander.Expand(word, Variables);

    /// <summary>An instruction as BuildKit shows it, with the values of variables in their places; as it is written where that cannot be, would be long, or would hold control characters.</summary>
    /// <param name="text">The instruction.</param>
    /// <param name="step">What it does: of a program, quotes stay, and variables that are not set; those that hold secrets are stars.</param>
    /// <remarks>BuildKit's <c>dockerfile2llb/convert.go</c>, <c>processCmdEnv</c>.</remarks>
    public string Show(string text, Step step)
    {
        SourceText source = new("", text);
        Word word = Word.FromSource(source.Span);
        if (step is not Step.Run run)
            return Shown(Context.ShownExpander, Variables);
        IEnumerable<string> secrets = run.Mounts.Select(static m => (m.Mount as Mount.Secret)?.Variable).OfType<string>();
        return Shown(Context.ShownProgramExpander, Variables.SetAll(secrets.Select(static name => KeyValuePair.Create(name, "****"))));

        // A value may come from an image, and what is shown stands on somebody's terminal.
        string Shown(Expander expander, VariableSet variables) =>
            expander.Expand(word, variables, splits: false) is { Problem: null, Text: var shown } && !shown.Any(static c => char.IsControl(c) && c != '\t') ? shown : text;
    }

    /// <summary>Expands and checks an instruction: what it does, and the scope behind it.</summary>
    public Evaluation Evaluate(BoundInstruction instruction) => StepEvaluator.Evaluate(this, instruction);

    /// <summary>The scope after <c>ENV name=value</c>.</summary>
    public StageScope WithEnvironment(string name, string value) => new(this, Environment.Set(name, value), Variables.Set(name, value));

    /// <summary>The scope after ARG gave a name its value; null when it has none.</summary>
    public StageScope WithArgument(string name, string? value)
    {
        VariableSet variables = value is null || PredefinedArguments.IsHidden(name) ? Variables : Variables.Set(name, value);
        int place = _arguments.TryGetValue(name, out (int Place, string? Value) old) ? old.Place : _arguments.Count;
        return new StageScope(this, Environment, variables, _arguments.SetItem(name, (place, value)));
    }

    /// <summary>The scope that a stage upon this one begins with: what ENV has set goes before arguments of the same name.</summary>
    /// <param name="cost">What expanding words has cost before.</param>
    public StageScope Inherit(long cost = 0) => new(this, Environment, Variables.SetAll(Environment)) { Cost = cost };

    /// <summary>The scope of a stage upon an image with an environment; <c>PATH</c> is set when the image does not set it.</summary>
    internal static StageScope Begin(ScopeContext context, VariableSet environment, long cost)
    {
        VariableSet complete = environment.Contains("PATH") ? environment : environment.Set("PATH", DefaultPath);
        return new StageScope(context, complete, complete) { Cost = cost };
    }

    /// <summary>A scope with some variables and no environment, as before the first FROM.</summary>
    internal static StageScope Plain(ScopeContext context, VariableSet variables) => new(context, VariableSet.Empty, variables);

    internal StageScope WithCost(long cost) => cost == 0 ? this : new(this, Environment, Variables) { Cost = Cost + cost };
}
