using System.Collections.Immutable;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Exporting;

/// <summary>Where the result of a build goes, and in which form.</summary>
public abstract record Export
{
    private Export()
    {
    }

    /// <summary>The local image store.</summary>
    /// <param name="Names">Names that the image gets there; it is kept without a name when there is none.</param>
    public sealed record Store(ImmutableArray<Reference> Names) : Export
    {
        /// <summary>Repositories under which the image gets a name too that is made of its digest.</summary>
        public ImmutableArray<Reference> CanonicalNames { get; init; } = [];
    }

    /// <summary>A registry.</summary>
    /// <param name="Name">The name there.</param>
    public sealed record Registry(Reference Name) : Export
    {
        /// <summary>Whether the image is known there by its digest only, and the tag of the name does not count.</summary>
        public bool ByDigest { get; init; }

        /// <summary>Whether the registry may be spoken to without TLS.</summary>
        public bool IsInsecure { get; init; }
    }

    /// <summary>An OCI image layout in a directory, added to what is there.</summary>
    /// <param name="Path">The directory.</param>
    /// <param name="Names">Names that the image gets there.</param>
    public sealed record OciDirectory(string Path, ImmutableArray<Reference> Names) : Export
    {
        /// <summary>What people read of it; null for the path.</summary>
        public string? Shown { get; init; }
    }

    /// <summary>An OCI image layout in one tar file.</summary>
    /// <param name="File">The file.</param>
    /// <param name="Names">Names that the image gets there.</param>
    public sealed record OciArchive(ExportFile File, ImmutableArray<Reference> Names) : Export;

    /// <summary>The tar file that <c>docker load</c> reads.</summary>
    /// <param name="File">The file.</param>
    /// <param name="Names">Names that the image gets there.</param>
    public sealed record DockerArchive(ExportFile File, ImmutableArray<Reference> Names) : Export;

    /// <summary>A Docker engine on this machine. Layers that it has are not sent to it.</summary>
    /// <param name="SocketPath">Its socket.</param>
    /// <param name="Names">Names that the image gets there.</param>
    public sealed record DockerEngine(string SocketPath, ImmutableArray<Reference> Names) : Export;

    /// <summary>The storage of podman and buildah.</summary>
    /// <param name="Names">Names that the image gets there.</param>
    public sealed record ContainersStorage(ImmutableArray<Reference> Names) : Export
    {
        /// <summary>The storage's directory; null for the one that storage.conf names for this user.</summary>
        public string? Root { get; init; }

        /// <summary>The directory of its state; only with <see cref="Root"/>.</summary>
        public string? RunRoot { get; init; }

        /// <summary>How it keeps layers; null for what storage.conf says.</summary>
        public string? Driver { get; init; }
    }

    /// <summary>The files of the result in a directory, over what is there. No image.</summary>
    /// <param name="Path">The directory.</param>
    public sealed record LocalDirectory(string Path) : Export
    {
        /// <summary>What people read of it; null for the path.</summary>
        public string? Shown { get; init; }

        /// <summary>Whether what is there and no part of the result is removed.</summary>
        public bool RemovesOthers { get; init; }

        /// <inheritdoc cref="Tar.SplitsPlatforms"/>
        public bool? SplitsPlatforms { get; init; }

        /// <inheritdoc cref="Tar.AttestationPrefix"/>
        public string AttestationPrefix { get; init; } = "";
    }

    /// <summary>The files of the result in one tar file. No image.</summary>
    /// <param name="File">The file.</param>
    public sealed record Tar(ExportFile File) : Export
    {
        /// <summary>Whether each platform has a directory of its own (<c>linux_arm64</c>); null when that is so for several platforms only.</summary>
        public bool? SplitsPlatforms { get; init; }

        /// <summary>What the names of files begin with that say something of the result.</summary>
        public string AttestationPrefix { get; init; } = "";
    }

    /// <summary>How the layers of an image are compressed.</summary>
    public LayerCompression Compression { get; init; } = LayerCompression.Default;

    /// <summary>
    /// Whether no time in the image is later than that of the build, be it of a base image: its layers are written anew where a file in them is. Otherwise they
    /// keep their bytes.
    /// </summary>
    public bool RewritesTimestamps { get; init; }

    /// <summary>Annotations of the image.</summary>
    public ImmutableArray<Annotation> Annotations { get; init; } = [];

    /// <summary>Whether the image's documents are in Docker's media types instead of OCI's.</summary>
    public bool UsesDockerTypes { get; init; }

    /// <summary>Whether layers of a base image that must not be passed on stay marked so.</summary>
    public bool KeepsNondistributable { get; init; }

    /// <summary>Whether there is a place for what is said of the result: archives of Docker, its engine and the storage of podman have none.</summary>
    public bool HoldsAttestations => this is not (DockerArchive or DockerEngine or ContainersStorage);

    /// <summary>Whether the result is an image.</summary>
    public bool IsImage => this is not (LocalDirectory or Tar);
}
