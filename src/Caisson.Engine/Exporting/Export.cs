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
    public sealed record Store(ImmutableArray<Reference> Names) : Export;

    /// <summary>A registry.</summary>
    /// <param name="Name">The name there.</param>
    public sealed record Registry(Reference Name) : Export;

    /// <summary>An OCI image layout in a directory, added to what is there.</summary>
    /// <param name="Path">The directory.</param>
    /// <param name="Names">Names that the image gets there.</param>
    public sealed record OciDirectory(string Path, ImmutableArray<Reference> Names) : Export;

    /// <summary>An OCI image layout in one tar file.</summary>
    /// <param name="File">The file.</param>
    /// <param name="Names">Names that the image gets there.</param>
    public sealed record OciArchive(ExportFile File, ImmutableArray<Reference> Names) : Export;

    /// <summary>The tar file that <c>docker load</c> reads.</summary>
    /// <param name="File">The file.</param>
    /// <param name="Names">Names that the image gets there.</param>
    public sealed record DockerArchive(ExportFile File, ImmutableArray<Reference> Names) : Export;

    /// <summary>The files of the result in a directory, over what is there. No image.</summary>
    /// <param name="Path">The directory.</param>
    public sealed record LocalDirectory(string Path) : Export;

    /// <summary>The files of the result in one tar file. No image.</summary>
    /// <param name="File">The file.</param>
    public sealed record Tar(ExportFile File) : Export;

    /// <summary>How the layers of an image are compressed.</summary>
    public Compression Compression { get; init; } = Compression.Gzip;

    /// <summary>Whether the result is an image.</summary>
    public bool IsImage => this is not (LocalDirectory or Tar);
}
