using System.Security.Cryptography;
using Caisson.Oci.Model;

namespace Caisson.Linux.Snapshots;

/// <summary>The name of a layer in the store.</summary>
/// <remarks>
/// A layer whose content is known when it is made has the name of that content, so that it exists once. What a program wrote is not
/// read through only to name it (most of it is never looked at again): it gets a name of its own, and a digest when someone asks for one.
/// </remarks>
public sealed record LayerId
{
    private const int UniqueBytes = 16;
    private const string WrittenPrefix = "run-";
    private const string FetchedPrefix = "fetched-";
    private const string SharedPrefix = "shared-";

    private LayerId(string value) => Value = value;

    /// <summary>The name: letters, digits and <c>-</c>.</summary>
    public string Value { get; }

    /// <summary>Whether the layer was written as a directory, by a program or by what fetched it: it has that from the start, and no list.</summary>
    public bool IsWritten => Value.StartsWith(WrittenPrefix, StringComparison.Ordinal) || Value.StartsWith(FetchedPrefix, StringComparison.Ordinal);

    /// <summary>The layer of an image, named by its diff ID.</summary>
    public static LayerId OfImageLayer(Digest diffId) => new("image-" + diffId.Hex);

    /// <summary>The layer of an image whose directory depends on the layers below it, named by chain ID.</summary>
    public static LayerId OfChain(Digest chainId) => new("chain-" + chainId.Hex);

    /// <summary>A layer made from a list, named by it.</summary>
    public static LayerId OfList(Digest identity) => new("list-" + identity.Hex);

    /// <summary>Files that were fetched, named by what they were pinned to.</summary>
    public static LayerId OfFetched(Digest pinned) => new(FetchedPrefix + pinned.Hex);

    /// <summary>A layer that another machine made, named by what a shared cache says of it and by its archive.</summary>
    /// <remarks>Not by what it holds alone: a cache may lie about that, and such a layer must never stand for one of our own.</remarks>
    public static LayerId OfShared(Digest content, Digest diffId) =>
        new(SharedPrefix + Digest.OfBytes(System.Text.Encoding.UTF8.GetBytes($"{content}\n{diffId}")).Hex);

    /// <summary>A name that no other layer has.</summary>
    public static LayerId NewUnique() => new(WrittenPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(UniqueBytes)));

    /// <summary>Reads a name back.</summary>
    /// <exception cref="FormatException">The text is not a name of a layer.</exception>
    public static LayerId Parse(string text) => IsName(text) ? new LayerId(text) : throw new FormatException($"\"{text}\" is not the name of a layer");

    /// <summary>Whether a text is a name of a layer.</summary>
    public static bool IsName(string? text) => text?.Length > 0 && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <inheritdoc/>
    public override string ToString() => Value;
}
