using System.Collections.Immutable;

namespace Caisson.Engine.Caching;

/// <summary>What a step was done with and what came of it.</summary>
internal sealed record StepRecord
{
    /// <summary>The version of this form. A record of another version is not read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The version that the record was written in.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The file systems that the step worked on, in the order of the node's inputs; null for an input that was none.</summary>
    public required ImmutableArray<StateRecord?> Inputs { get; init; }

    /// <summary>Digests of what the step took from its inputs, by the order in which the step names them; null where it took a whole file system.</summary>
    public required ImmutableArray<string?> Taken { get; init; }

    /// <summary>What the step did, in words (<see cref="Graph.OperationWords"/>): they tell what changed. Empty in records of earlier versions.</summary>
    public ImmutableArray<string> Definition { get; init; } = [];

    /// <summary>The name of the layer that the step made.</summary>
    public required string Layer { get; init; }

    /// <summary>The names of the layers that a program made of those of its mounts that are results, in their order.</summary>
    public ImmutableArray<string> Outputs { get; init; } = [];

    /// <summary>The names of all that the step made: without one of them, it has to be done again.</summary>
    public IEnumerable<string> Made => Outputs.Prepend(Layer);
}
