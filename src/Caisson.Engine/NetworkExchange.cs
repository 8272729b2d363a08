using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>One request that a step made of the network, and what came of it.</summary>
public sealed record NetworkExchange
{
    /// <summary>The method, such as <c>GET</c>.</summary>
    public required string Method { get; init; }

    /// <summary>The address, without credentials.</summary>
    public required string Address { get; init; }

    /// <summary>The status of the answer; 0 when there was none.</summary>
    public int Status { get; init; }

    /// <summary>How many bytes of content came; null where that is not known.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>The digest of the content that came; null when there was none, or when it could not be seen.</summary>
    public Digest? Digest { get; init; }

    /// <summary>The package that it is, as a PURL; null when it is none that is known.</summary>
    public string? Package { get; init; }

    /// <summary>The name of the step that asked, as <see cref="BuildStep.Name"/> has it.</summary>
    public required string Step { get; init; }
}
