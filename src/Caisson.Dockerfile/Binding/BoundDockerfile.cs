using System.Collections.Immutable;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>A Dockerfile with its stages and what they refer to. Immutable and thread-safe.</summary>
public sealed class BoundDockerfile
{
    private readonly ScopeContext _context;
    private readonly StageNames _names;

    internal BoundDockerfile(DockerfileDocument document, BindingOptions options, ScopeContext context, StageNames names)
    {
        Document = document;
        Options = options;
        _context = context;
        _names = names;
    }

    /// <summary>The tree that was bound.</summary>
    public DockerfileDocument Document { get; }

    /// <summary>What the build added.</summary>
    public BindingOptions Options { get; }

    /// <summary>All stages, in order.</summary>
    public ImmutableArray<BoundStage> Stages { get; internal init; } = [];

    /// <summary>The stage to build; null when there is none, which an error says, be it one of the parser.</summary>
    public BoundStage? Target { get; internal init; }

    /// <summary>The predefined arguments, and those that ARG declares before the first FROM, with their values.</summary>
    public VariableSet GlobalArguments => _context.Global;

    /// <summary>Errors and warnings by place; those of the parser are not among them.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; internal init; } = [];

    /// <summary>The findings that do not keep the file from being built.</summary>
    public IEnumerable<Diagnostic> Warnings => Diagnostics.Where(static d => !d.IsError);

    /// <summary>True when the file cannot be built.</summary>
    public bool HasErrors => Diagnostics.Any(static d => d.IsError);

    /// <summary>The stages that the target needs, itself included, in order; empty without a target.</summary>
    public ImmutableArray<BoundStage> Needed => Target is null ? [] : BoundStage.Closure([Target]);

    /// <summary>The scope of a stage upon an image, scratch or a named context, before its first instruction.</summary>
    /// <param name="environment">The environment in the base image's configuration; <c>PATH</c> is added when it is missing.</param>
    /// <param name="cost">What expanding words has cost in other stages: what all may cost together has a limit.</param>
    /// <remarks>A stage upon a stage begins with <see cref="StageScope.Inherit"/> of the scope that the other one ended with.</remarks>
    public StageScope BeginScope(VariableSet environment, long cost = 0) => StageScope.Begin(_context, environment, cost);

    /// <summary>The build arguments that were given and that no ARG declares, by name.</summary>
    /// <param name="triggers">The triggers of base images, as far as they are known.</param>
    public ImmutableArray<UnusedArgument> FindUnusedArguments(IEnumerable<BoundInstruction> triggers)
    {
        HashSet<string> declared = [.. Document.Instructions.TakeWhile(static i => i is not FromInstruction)
            .Concat(Stages.SelectMany(static s => s.Triggers.Concat(s.Instructions)).Concat(triggers).Select(static i => i.Syntax))
            .OfType<ArgInstruction>().SelectMany(static a => a.Declarations).Select(static d => d.Name.Text)];
        return [.. Options.Arguments.Keys.Where(n => !declared.Contains(n) && !PredefinedArguments.IsKnown(n)).Order(StringComparer.Ordinal)
            .Select(n => new UnusedArgument(n, Suggestion.Hint(n, declared) ?? $"declare it with ARG {n}, or do not give it"))];
    }

    /// <summary>Reads and binds the ONBUILD triggers of a base image.</summary>
    /// <param name="stage">The stage upon that image; its own instructions follow the triggers.</param>
    /// <param name="expressions">The triggers as the image's configuration stores them.</param>
    public BoundTriggers BindTriggers(BoundStage stage, IEnumerable<string> expressions)
    {
        DiagnosticBag diagnostics = new();
        StageBinder binder = new(_names, _context, Options, diagnostics);
        var bound = ImmutableArray.CreateBuilder<BoundInstruction>();
        binder.Reuse(Stages);
        foreach (string expression in expressions)
        {
            ParsedDockerfile parsed = DockerfileParser.ParseTrigger(new SourceText($"ONBUILD of {stage.BaseName}", expression));
            foreach (Diagnostic diagnostic in parsed.Diagnostics)
                diagnostics.Add(diagnostic);
            bound.AddRange(parsed.Document.Instructions.Select(i => binder.Bind(i, stage.Index) with { IsTrigger = true }));
        }
        foreach (StageReference forward in binder.ForwardReferences)
            diagnostics.Error(
                DiagnosticCodes.StageOrder, forward.Where,
                $"the stage {Quoted.Of(_names[forward.To].DisplayName)} is not above {Quoted.Of(stage.DisplayName)}");
        return new BoundTriggers(bound.ToImmutable(), diagnostics.ToImmutable());
    }
}
