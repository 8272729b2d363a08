using Caisson.Engine.Caching;
using Caisson.Engine.Devices;
using Caisson.Engine.Imaging;
using Caisson.Engine.Secrets;
using Caisson.Linux.Files;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>What the steps of a build work with.</summary>
internal sealed record StepServices
{
    /// <summary>The layers on disk.</summary>
    public required LayerStore Layers { get; init; }

    /// <summary>Makes the forms of layers.</summary>
    public required LayerForms Forms { get; init; }

    /// <summary>For what is being made.</summary>
    public required WorkPlace Work { get; init; }

    /// <summary>Reads and hashes what steps take.</summary>
    public required Selector Selector { get; init; }

    /// <summary>The archives that steps unpack.</summary>
    public required ArchiveTrees Archives { get; init; }

    /// <summary>Where programs run.</summary>
    public required SandboxHost Sandbox { get; init; }

    /// <summary>The directories behind cache mounts.</summary>
    public required CacheMountStore CacheMounts { get; init; }

    /// <summary>Cache mounts that other machines have saved; null when there are none.</summary>
    public ISavedMounts? SavedMounts { get; init; }

    /// <summary>The secrets of the build.</summary>
    public required SecretStore Secrets { get; init; }

    /// <summary>The SSH agents of the build.</summary>
    public required SshAgents SshAgents { get; init; }

    /// <summary>The devices of this machine.</summary>
    public required DeviceCatalog Devices { get; init; }

    /// <summary>Whether root's is the only id that programs can have.</summary>
    public bool HasOneId { get; init; }

    /// <summary>Whether programs see no network, whatever their step says.</summary>
    public bool IsOffline { get; init; }

    /// <summary>The network of steps that have it through a gateway; null where they have none.</summary>
    public IStepGateway? Gateway { get; init; }

    /// <summary>Takes what failed programs leave; null when nobody wants it.</summary>
    public FailedRuns? Failed { get; init; }

    /// <summary>Is told which files steps use; null when nobody wants to know.</summary>
    public IFileUse? FileUse { get; init; }

    /// <summary>The host name of steps that are given no other; null for the usual one.</summary>
    public string? HostName { get; init; }

    /// <summary>The files about names that every step sees.</summary>
    public required HostFiles HostFiles { get; init; }
}
