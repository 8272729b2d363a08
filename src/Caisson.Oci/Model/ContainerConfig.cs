using System.Collections.Immutable;
using System.Text.Json;

namespace Caisson.Oci.Model;

/// <summary>How a container of an image runs when nothing else is said.</summary>
/// <remarks>image-spec v1.1.1, config.md, "config" property; Healthcheck, OnBuild and Shell are Docker's.</remarks>
public sealed record ContainerConfig
{
    /// <summary>User name or id, and optionally group: <c>user[:group]</c>.</summary>
    public string? User { get; init; }

    /// <summary>Ports that the program listens on, <c>port/protocol</c>.</summary>
    public ImmutableSortedSet<string>? ExposedPorts { get; init; }

    /// <summary>Environment, <c>NAME=value</c>, in the order it was set.</summary>
    public ImmutableArray<string>? Env { get; init; }

    /// <summary>The program and its fixed arguments.</summary>
    public ImmutableArray<string>? Entrypoint { get; init; }

    /// <summary>Default arguments, or the program when there is no entrypoint.</summary>
    public ImmutableArray<string>? Cmd { get; init; }

    /// <summary>How to find out whether the program is well.</summary>
    public HealthCheck? HealthCheck { get; init; }

    /// <summary>Set by Windows images whose command line is already escaped.</summary>
    public bool? ArgsEscaped { get; init; }

    /// <summary>Directories that hold data of a container.</summary>
    public ImmutableSortedSet<string>? Volumes { get; init; }

    /// <summary>The directory that the program starts in.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>Instructions that run when the image is the base of another build.</summary>
    public ImmutableArray<string>? OnBuild { get; init; }

    /// <summary>Free-form facts about the image.</summary>
    public ImmutableSortedDictionary<string, string>? Labels { get; init; }

    /// <summary>The signal that asks the program to stop.</summary>
    public string? StopSignal { get; init; }

    /// <summary>The shell of shell-form instructions.</summary>
    public ImmutableArray<string>? Shell { get; init; }

    /// <summary>Fields that this version does not know, kept as they were.</summary>
    public Dictionary<string, JsonElement>? Unknown { get; init; }
}
