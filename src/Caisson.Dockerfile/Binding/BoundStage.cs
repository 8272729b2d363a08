using System.Collections.Immutable;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>A stage with its base and its instructions. Immutable; stages are compared by identity.</summary>
public sealed class BoundStage
{
    internal BoundStage(int index, FromInstruction from, ContentSource source)
    {
        Index = index;
        From = from;
        Base = source;
    }

    /// <summary>Number of the stage, counted from 0.</summary>
    public int Index { get; }

    /// <summary>The instruction that begins the stage.</summary>
    public FromInstruction From { get; }

    /// <summary>The name in lower case; null when it has none.</summary>
    public string? Name => From.StageName;

    /// <summary>The name, or <c>stage-N</c>.</summary>
    public string DisplayName => Name ?? $"stage-{Index}";

    /// <summary>What the stage begins with; never the build context.</summary>
    public ContentSource Base { get; }

    /// <summary>The base as written, variables expanded.</summary>
    public required string BaseName { get; init; }

    /// <summary>The platform as written, variables expanded; null when it is the build's target platform.</summary>
    public string? Platform { get; init; }

    /// <summary>True when a named context of the stage's name takes its place: the stage has no instructions then.</summary>
    public bool IsReplaced { get; init; }

    /// <summary>The instructions of the base stage's ONBUILDs, which come first.</summary>
    public ImmutableArray<BoundInstruction> Triggers { get; init; } = [];

    /// <summary>The stage's own instructions in order, without FROM.</summary>
    public ImmutableArray<BoundInstruction> Instructions { get; init; } = [];

    /// <summary>The variables that FROM looks up, for the image and for the platform.</summary>
    public ImmutableArray<VariableUse> Uses { get; init; } = [];

    /// <summary>Those of them that the platform looks up.</summary>
    public ImmutableArray<VariableUse> PlatformUses { get; init; } = [];

    /// <summary>The stages that this one needs directly, each once, in order of their numbers.</summary>
    public ImmutableArray<BoundStage> Dependencies { get; private init; } = [];

    /// <summary>Some stages and all that they need, in order.</summary>
    public static ImmutableArray<BoundStage> Closure(IEnumerable<BoundStage> stages)
    {
        HashSet<BoundStage> found = [];
        Stack<BoundStage> open = new(stages);
        while (open.TryPop(out BoundStage? stage))
        {
            foreach (BoundStage needed in found.Add(stage) ? stage.Dependencies : [])
                open.Push(needed);
        }
        return [.. found.OrderBy(static s => s.Index)];
    }

    /// <summary>The name or number.</summary>
    public override string ToString() => DisplayName;

    internal BoundStage WithInstructions(ImmutableArray<BoundInstruction> triggers, ImmutableArray<BoundInstruction> instructions)
    {
        HashSet<BoundStage> needed = [];
        if (Base is ContentSource.Stage parent)
            needed.Add(parent.Value);
        foreach (BoundInstruction instruction in triggers.AddRange(instructions))
            instruction.AddStages(needed);
        return new BoundStage(Index, From, Base)
        {
            BaseName = BaseName,
            Platform = Platform,
            IsReplaced = IsReplaced,
            Triggers = triggers,
            Instructions = instructions,
            Uses = Uses,
            PlatformUses = PlatformUses,
            Dependencies = [.. needed.OrderBy(static s => s.Index)],
        };
    }
}
