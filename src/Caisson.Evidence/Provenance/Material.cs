using System.Collections.Immutable;

namespace Caisson.Evidence.Provenance;

/// <summary>One thing that a build was made of.</summary>
/// <param name="Uri">What it is or where it came from.</param>
/// <param name="Algorithm">How its digest is made; empty when there is none.</param>
/// <param name="Digest">Its digest in hexadecimal digits; empty when there is none.</param>
internal sealed record Material(string Uri, string Algorithm, string Digest)
{
    /// <summary>What it is to the build; null when its URI says that.</summary>
    public string? Name { get; init; }

    /// <summary>Where it was fetched from, when its URI says what it is.</summary>
    public string? DownloadLocation { get; init; }

    /// <summary>Its bytes, when they are told too.</summary>
    public string? Content { get; init; }

    /// <summary>What else is known.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
