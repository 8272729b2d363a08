using System.Collections.Immutable;

namespace Caisson.Engine.History;

/// <summary>What is known of a build when it begins. Nothing in it is secret.</summary>
internal sealed record BuildFacts
{
    /// <inheritdoc cref="BuildRecord.Context"/>
    public required string Context { get; init; }

    /// <inheritdoc cref="BuildRecord.Dockerfile"/>
    public required string Dockerfile { get; init; }

    /// <inheritdoc cref="BuildRecord.Target"/>
    public string? Target { get; init; }

    /// <inheritdoc cref="BuildRecord.Platform"/>
    public required string Platform { get; init; }

    /// <inheritdoc cref="BuildRecord.Arguments"/>
    public required IReadOnlyDictionary<string, string> Arguments { get; init; }

    /// <inheritdoc cref="BuildRecord.NamedContexts"/>
    public required IReadOnlyDictionary<string, string> NamedContexts { get; init; }

    /// <inheritdoc cref="BuildRecord.Options"/>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <inheritdoc cref="BuildRecord.Tags"/>
    public ImmutableArray<string> Tags { get; init; } = [];
}
