using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>A node of the graph that a build worked out, for people and for evidence.</summary>
public sealed record BuildStep
{
    /// <summary>Names it within the build: the place in <see cref="BuildInputs.Steps"/>, counted from 0.</summary>
    public required int Id { get; init; }

    /// <summary>What people call it, for example <c>[build 3/5] RUN go build ./...</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it does: <c>scratch</c>, <c>image</c>, <c>context</c>, <c>http</c>, <c>git</c>, <c>mkdir</c>, <c>copy</c> or <c>run</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The stage that its instruction stands in; empty for what no instruction asked for.</summary>
    public string Stage { get; init; } = "";

    /// <summary>The line of its instruction, counted from 1; null for what no instruction asked for.</summary>
    public int? Line { get; init; }

    /// <summary>What a program saw of the network: <c>none</c>, <c>default</c> or <c>host</c>; null for what is no program.</summary>
    public string? Network { get; init; }

    /// <summary>What a program could take from that is recorded nowhere, in words: <c>the network</c>, <c>the cache mount go-build</c>. Empty when there is nothing.</summary>
    public ImmutableArray<string> Unrecorded { get; init; } = [];

    /// <summary>The steps whose results it works on, by their ids; the first is what it changes.</summary>
    public ImmutableArray<int> Inputs { get; init; } = [];
}
