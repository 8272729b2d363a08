using Caisson.Dockerfile.Source;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>A file that was given as a build context: an archive, or a Dockerfile.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Name">What people read of it.</param>
internal sealed record FileContext(string Path, string Name)
{
    /// <summary>Unpacks the archive; null when it is none.</summary>
    /// <param name="work">Where to.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">It is one, and damaged.</exception>
    public Task<IFileTree?> UnpackAsync(WorkArea work, CancellationToken ct)
    {
        byte[] start = DockerfileText.ReadBounded(Path);
        bool isArchive = CompressionFormat.Detect(start) != Compression.None || (start.Length > 262 && start.AsSpan(257, 5).SequenceEqual("ustar"u8));
        return isArchive ? throw new BuildException(EngineCodes.NotSupported, $"an archive as the build context ({Name}) is not supported yet", "unpack it, and give the directory") : Task.FromResult<IFileTree?>(null);
    }

    /// <summary>Reads the Dockerfile.</summary>
    /// <exception cref="BuildException">It is no text.</exception>
    public SourceText ReadText()
    {
        byte[] bytes = DockerfileText.ReadBounded(Path);
        if (!bytes.AsSpan().Contains((byte)0))
            return SourceText.FromBytes(Name, bytes);
        string hint = CompressionFormat.Detect(bytes) == Compression.None ? "give a directory, an archive (tar, also compressed), a Dockerfile, or the address of a git repository" : "what is compressed in it is no tar";
        throw new BuildException(EngineCodes.UnknownContext, $"the build context ({Name}) is neither an archive nor a Dockerfile", hint);
    }
}
