using System.Collections.Immutable;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>An image to run, and what is different from what it says itself.</summary>
public sealed record ContainerRequest
{
    /// <summary>The image.</summary>
    public required Reference Image { get; init; }

    /// <summary>Arguments in the place of the image's own.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Variables, <c>NAME=value</c>, added to the image's own.</summary>
    public ImmutableArray<string> Environment { get; init; } = [];

    /// <summary>The program in the place of the image's own; the empty text for none. Null to keep the image's.</summary>
    public string? Entrypoint { get; init; }

    /// <summary>User, in the place of the image's own.</summary>
    public string? User { get; init; }

    /// <summary>Working directory, in the place of the image's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>What the container sees of the network.</summary>
    public SandboxNetwork Network { get; init; } = SandboxNetwork.Host;

    /// <summary>The platform to choose from an image of several; null for that of this machine.</summary>
    public Platform? Platform { get; init; }
}
