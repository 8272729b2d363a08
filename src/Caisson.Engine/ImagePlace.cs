using System.Diagnostics.CodeAnalysis;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>Where an image is or is to go, as one writes it: the transports are those of skopeo, podman and buildah.</summary>
public abstract record ImagePlace
{
    private const string StorePrefix = "store:";
    private const string RegistryPrefix = "docker://";
    private const string OciPrefix = "oci:";
    private const string OciArchivePrefix = "oci-archive:";
    private const string DockerArchivePrefix = "docker-archive:";

    private static readonly string[] Unknown = ["docker-daemon:", "containers-storage:", "containerd:", "ostree:", "tarball:", "sif:", "dir:/", "dir:.", "http://", "https://", "registry://", "file:"];

    private ImagePlace()
    {
    }

    /// <summary>A name alone. Read, it is one of the local store, else of its registry; written, one of the local store.</summary>
    /// <param name="Reference">The name.</param>
    public sealed record Named(Reference Reference) : ImagePlace
    {
        /// <inheritdoc/>
        public override string ToString() => Reference.Familiar;
    }

    /// <summary>A name of the local store.</summary>
    /// <param name="Reference">The name.</param>
    public sealed record Store(Reference Reference) : ImagePlace
    {
        /// <inheritdoc/>
        public override string ToString() => StorePrefix + Reference.Familiar;
    }

    /// <summary>A name of a registry.</summary>
    /// <param name="Reference">The name.</param>
    public sealed record Registry(Reference Reference) : ImagePlace
    {
        /// <inheritdoc/>
        public override string ToString() => RegistryPrefix + Reference.Familiar;
    }

    /// <summary>An OCI image layout in a directory.</summary>
    /// <param name="Path">The directory.</param>
    /// <param name="Name">The name in it, as its index has it or a digest (<c>@sha256:…</c>); null for its only image, or for no name.</param>
    public sealed record OciDirectory(string Path, string? Name) : ImagePlace
    {
        /// <inheritdoc/>
        public override string ToString() => OciPrefix + Path + (Name is null ? "" : ":" + Name);
    }

    /// <summary>An OCI image layout in one tar file.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="Name">The name in it; null for its only image, or for no name.</param>
    public sealed record OciArchive(string Path, string? Name) : ImagePlace
    {
        /// <inheritdoc/>
        public override string ToString() => OciArchivePrefix + Path + (Name is null ? "" : ":" + Name);
    }

    /// <summary>The tar file that <c>docker save</c> writes and <c>docker load</c> reads.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="Name">The name in it; null for its only image, or for no name.</param>
    public sealed record DockerArchive(string Path, Reference? Name) : ImagePlace
    {
        /// <inheritdoc/>
        public override string ToString() => DockerArchivePrefix + Path + (Name is null ? "" : ":" + Name.Familiar);
    }

    /// <summary>The name that others could use to find an image of this place; null when it is a file.</summary>
    public Reference? PublicName => this switch
    {
        Named named => named.Reference,
        Store store => store.Reference,
        Registry registry => registry.Reference,
        _ => null,
    };

    /// <summary>Reads a place.</summary>
    /// <exception cref="FormatException">The text is none; the message says why.</exception>
    internal static ImagePlace Parse(string text) => TryParse(text, out ImagePlace? place, out string? problem) ? place : throw new FormatException(problem);

    /// <summary>Reads a place; false, with the reason, when the text is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ImagePlace? place, [NotNullWhen(false)] out string? problem)
    {
        place = null;
        problem = null;
        if (Rest(text, RegistryPrefix) is { } registry)
            place = ReadName(registry, static r => new Registry(r), out problem);
        else if (Rest(text, StorePrefix) is { } store)
            place = ReadName(store, static r => new Store(r), out problem);
        else if (Rest(text, OciArchivePrefix) is { } ociArchive)
            place = ReadFile(text, ociArchive, static (path, name) => new OciArchive(path, name), out problem);
        else if (Rest(text, DockerArchivePrefix) is { } dockerArchive)
            place = ReadDockerArchive(text, dockerArchive, out problem);
        else if (Rest(text, OciPrefix) is { } oci)
            place = ReadFile(text, oci, static (path, name) => new OciDirectory(path, name), out problem);
        else if (Array.Find(Unknown, u => text.StartsWith(u, StringComparison.Ordinal)) is { } transport)
            problem = $"\"{text}\" begins with \"{transport}\", which is no place of images here; write NAME, store:NAME, docker://NAME, oci:DIR[:NAME], oci-archive:FILE[:NAME] or docker-archive:FILE[:NAME]";
        else
            place = ReadName(text, static r => new Named(r), out problem);
        return place is not null;
    }

    private static string? Rest(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;

    private static ImagePlace? ReadName(string text, Func<Reference, ImagePlace> make, out string? problem) =>
        Reference.TryParse(text, out Reference? reference, out problem) ? make(reference) : null;

    // As skopeo has it: the first colon divides.
    private static ImagePlace? ReadFile(string text, string rest, Func<string, string?, ImagePlace> make, out string? problem)
    {
        string[] parts = rest.Split(':', 2);
        string? name = parts.ElementAtOrDefault(1) is { Length: > 0 } given ? given : null;
        problem = parts[0].Length == 0 ? $"\"{text}\" names no path" : parts.Length == 2 && name is null ? $"\"{text}\" ends with a colon and no name" : null;
        return problem is null ? make(parts[0], name) : null;
    }

    private static DockerArchive? ReadDockerArchive(string text, string rest, out string? problem)
    {
        Reference? name = null;
        ImagePlace? place = ReadFile(text, rest, static (path, raw) => new OciArchive(path, raw), out problem);
        if (place is not OciArchive file || (file.Name is { } given && !Reference.TryParse(given, out name, out problem)))
            return null;
        return new DockerArchive(file.Path, name);
    }
}
