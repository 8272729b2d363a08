using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Steps;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>The build context, opened.</summary>
internal sealed record MainContext : IDisposable
{
    /// <summary>What a graph holds of it.</summary>
    public required Operation Operation { get; init; }

    /// <summary>What it was fetched as; null when it was not fetched.</summary>
    public Operation.Fetched? Pinned { get; init; }

    /// <summary>Its files, all of them: the Dockerfile may be one that steps do not see.</summary>
    public required IFileTree Files { get; init; }

    /// <summary>What steps take files from, when the graph holds no more than its name.</summary>
    public SourceTree? Tree { get; init; }

    /// <summary>What its ignore file leaves out.</summary>
    public IgnoreMatcher Ignore { get; init; } = IgnoreMatcher.None;

    /// <summary>The local directory; null when it is none, or its files are yet to come.</summary>
    public string? DirectoryPath { get; init; }

    /// <summary>The Dockerfile that was given in the place of a context; null when there is a context.</summary>
    public SourceText? Dockerfile { get; init; }

    /// <summary>The time of its newest change, where that is known: of its commit, or as its server says.</summary>
    public FileTime? Time { get; init; }

    /// <summary>What is open for its files; null for nothing.</summary>
    public IDisposable? Owned { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Owned?.Dispose();
}
