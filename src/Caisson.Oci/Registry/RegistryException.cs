using System.Collections.Immutable;
using System.Net;

namespace Caisson.Oci.Registry;

/// <summary>A registry could not be used. The message is a fact that names the host and what was asked of it, never a secret.</summary>
public sealed class RegistryException : Exception
{
    /// <summary>Says what happened.</summary>
    public RegistryException(RegistryErrorKind kind, string registry, string message, Exception? cause = null)
        : base(message, cause)
    {
        Kind = kind;
        Registry = registry;
    }

    /// <summary>What went wrong.</summary>
    public RegistryErrorKind Kind { get; }

    /// <summary>Host and optional port of the registry.</summary>
    public string Registry { get; }

    /// <summary>The status that the registry answered with; null when there was no answer.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>The errors that the registry reported, in its order.</summary>
    public ImmutableArray<RegistryError> Errors { get; init; } = [];

    /// <summary>How long the registry asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same request may succeed later, so that a retry makes sense.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Whether the registry said that it has no such repository at all; many say only that the tag is unknown.</summary>
    public bool IsRepositoryUnknown => HasCode("NAME_UNKNOWN");

    /// <summary>Whether the registry reported an error of this code.</summary>
    public bool HasCode(string code) => Errors.Any(e => e.Code == code);
}
