using Caisson.Dockerfile.Source;

namespace Caisson.Engine.Sources;

/// <summary>Reads the Dockerfile of a build.</summary>
public static class DockerfileText
{
    /// <summary>The name that is looked for when none is given.</summary>
    public const string DefaultName = "Dockerfile";

    /// <summary>Where the Dockerfile is.</summary>
    public static string PathOf(BuildRequest request) => request.DockerfilePath ?? Path.Combine(request.Context.Location, DefaultName);

    /// <summary>Reads it; what is not text in it is among the faults of what is returned.</summary>
    /// <exception cref="BuildException">It is not there, or cannot be read.</exception>
    public static SourceText Read(BuildRequest request)
    {
        string path = PathOf(request);
        try
        {
            return SourceText.FromBytes(NameOf(path), ReadBounded(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            string? hint = request.DockerfilePath is null ? "name another file with -f" : null;
            if (request.DockerfilePath is not null && File.Exists(Path.Combine(request.Context.Location, request.DockerfilePath)))
                hint = $"the path is relative to the working directory, not to the context; did you mean \"{Path.Combine(request.Context.Location, request.DockerfilePath)}\"?";
            throw new BuildException(EngineCodes.DockerfileUnreadable, $"there is no Dockerfile at {path}", hint, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.DockerfileUnreadable, $"the Dockerfile {path} cannot be read: {e.Message}", Directory.Exists(path) ? "it is a directory" : null, e);
        }
    }

    // One byte more than may be: so the text knows that it is too long, and no more of it is read.
    private static byte[] ReadBounded(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[SourceText.MaxSize + 1];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..length];
    }

    private static string NameOf(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
}
