using System.Collections.Immutable;

namespace Caisson.Conformance.Images;

/// <summary>One entry of a layer's archive.</summary>
/// <remarks>Its name is spelled without a slash at either end; that of the root is ".". Names and attributes keep their bytes, each as one character (Latin 1).</remarks>
internal sealed record ArchiveEntry
{
    public required string Path { get; init; }

    /// <summary>The type flag of the tar format: '0' file, '1' hard link, '2' symbolic link, '3' and '4' devices, '5' directory, '6' pipe.</summary>
    public required char Type { get; init; }

    public required int Mode { get; init; }

    public required long Uid { get; init; }

    public required long Gid { get; init; }

    /// <summary>What a link of either kind leads to, or a device's numbers; else empty.</summary>
    public string Target { get; init; } = "";

    public long SizeBytes { get; init; }

    /// <summary>The SHA-256 of a file's content; else empty.</summary>
    public string Content { get; init; } = "";

    /// <summary>Seconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>The extended attributes, values in hexadecimal.</summary>
    public ImmutableSortedDictionary<string, string> Attributes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
