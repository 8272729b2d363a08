using Caisson.Oci.Model;

namespace Caisson.Oci.Contents;

/// <summary>A layer and what it holds.</summary>
public sealed record LayerSpace
{
    /// <summary>Its number, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The blob; its size is the compressed one.</summary>
    public required Descriptor Blob { get; init; }

    /// <summary>The digest of the uncompressed archive.</summary>
    public required Digest DiffId { get; init; }

    /// <summary>The bytes of the uncompressed archive.</summary>
    public required long UncompressedBytes { get; init; }

    /// <summary>Files, directories and whatever else it names, whiteouts not counted.</summary>
    public required int Entries { get; init; }

    /// <summary>The bytes of its regular files.</summary>
    public required long FileBytes { get; init; }

    /// <summary>The instruction that made it; null when the history does not tell.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>The bytes of its files that later layers hide.</summary>
    public long HiddenLaterBytes { get; init; }

    /// <summary>The bytes of files that it hides.</summary>
    public long HidesBytes { get; init; }
}
