using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Caisson.Engine.Caching;

/// <summary>What a step was done with and what came of it.</summary>
internal sealed record StepRecord
{
    /// <summary>The version of this form. A record of another version is not read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The version that the record was written in.</summary>
    [JsonPropertyName("version")]
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The file systems that the step worked on, in the order of the node's inputs; null for an input that was none.</summary>
    [JsonPropertyName("inputs")]
    public required ImmutableArray<StateRecord?> Inputs { get; init; }

    /// <summary>Digests of what the step took from its inputs, by the order in which the step names them; null where it took a whole file system.</summary>
    [JsonPropertyName("taken")]
    public required ImmutableArray<string?> Taken { get; init; }

    /// <summary>What the step did, in words (<see cref="Graph.OperationWords"/>): they tell what changed. Empty in records of earlier versions.</summary>
    [JsonPropertyName("definition")]
    public ImmutableArray<string> Definition
    {
        get => field.IsDefault ? [] : field; // of a record without it, the reader leaves no array at all
        init;
    }

    /// <summary>The name of the layer that the step made.</summary>
    [JsonPropertyName("layer")]
    public required string Layer { get; init; }
}
