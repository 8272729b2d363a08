using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Engine.Graph;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>A stage as far as it is planned. Each instruction gives a new one.</summary>
internal sealed record StagePlan
{
    /// <summary>The file system so far.</summary>
    public required Node Files { get; init; }

    /// <summary>The variables so far.</summary>
    public required StageScope Scope { get; init; }

    /// <summary>The configuration so far.</summary>
    public required ContainerConfig Config { get; init; }

    /// <summary>The history so far.</summary>
    public ImmutableArray<HistoryEntry> History { get; init; } = [];

    /// <summary>The author.</summary>
    public string? Author { get; init; }

    /// <summary>The platform that the stage is for.</summary>
    public required Platform Platform { get; init; }

    /// <summary>Whether this stage has set CMD itself: then ENTRYPOINT leaves it.</summary>
    public bool HasOwnCommand { get; init; }

    /// <summary>The working directory, absolute.</summary>
    public string WorkingDirectory => string.IsNullOrEmpty(Config.WorkingDir) ? "/" : Config.WorkingDir;

    /// <summary>The shell of shell forms.</summary>
    public ImmutableArray<string> Shell => Config.Shell is { IsDefaultOrEmpty: false } shell ? shell : ["/bin/sh", "-c"];

    /// <summary>A path of the container, made absolute by the working directory.</summary>
    public string Absolute(string path) => "/" + Linux.Snapshots.EntryPath.Clean(path.StartsWith('/') ? path : $"{WorkingDirectory}/{path}");
}
