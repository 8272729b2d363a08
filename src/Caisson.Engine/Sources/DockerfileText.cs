using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources.Contexts;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Web;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Sources;

/// <summary>Reads the Dockerfile of a build.</summary>
public static class DockerfileText
{
    /// <summary>The name that is looked for when none is given; else the same in small letters, as in BuildKit.</summary>
    public const string DefaultName = "Dockerfile";

    /// <summary>The path of a Dockerfile that is a local file, beside which an ignore file may stand; null when it is none.</summary>
    internal static string? LocalPathOf(BuildRequest request) => request.DockerfilePath switch
    {
        _ when request.Dockerfile is not null || request.HasGraph => null,
        BuildContext.StandardInput => null,
        { } path when AddSources.IsWebAddress(path) => null,
        { } path => path,
        null => DefaultIn(request.Context.Location),
    };

    /// <summary>Reads one that is a local file; what is not text in it is among the faults of what is returned.</summary>
    /// <exception cref="BuildException">It is not there, or cannot be read.</exception>
    public static SourceText Read(BuildRequest request) => request.Dockerfile is { } held ? SourceText.FromBytes(held.Name, held.Content.Span) : ReadFile(request, request.DockerfilePath ?? DefaultIn(request.Context.Location));

    /// <summary>Reads it, wherever it is.</summary>
    /// <param name="request">The build.</param>
    /// <param name="context">Its build context.</param>
    /// <param name="remote">Fetches it from the web; null where it is not there.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">It is not there, or cannot be read.</exception>
    /// <exception cref="Steps.StepException">It is elsewhere, and cannot be had.</exception>
    internal static async Task<SourceText> ReadAsync(BuildRequest request, MainContext context, RemoteFiles? remote, CancellationToken ct)
    {
        if (context.Dockerfile is { } given)
            return given;
        if (request.HasGraph)
            return SourceText.FromBytes("no Dockerfile", []);
        if (request.Dockerfile is { } held)
            return SourceText.FromBytes(held.Name, held.Content.Span);
        switch (request.DockerfilePath)
        {
            case BuildContext.StandardInput:
                byte[] bytes = await ReadBoundedAsync(request.StandardInput ?? Stream.Null, ct).ConfigureAwait(false);
                return bytes.Length > 0 ? SourceText.FromBytes("standard input", bytes) : throw new BuildException(EngineCodes.StandardInputTwice, "there is nothing on standard input", "pipe the Dockerfile into the command");
            case { } address when remote is not null && AddSources.IsWebAddress(address):
                return await FetchAsync(address, remote, ct).ConfigureAwait(false);
            case { } path when context.DirectoryPath is not null || Path.IsPathRooted(path):
                return ReadFile(request, path);
            case null when context.DirectoryPath is { } directory:
                return ReadFile(request, DefaultIn(directory));
            default:
                return ReadFrom(context.Files, request.DockerfilePath);
        }
    }

    /// <summary>Reads a file, up to one byte more than a Dockerfile may have: so the text knows that it is too long.</summary>
    internal static byte[] ReadBounded(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[SourceText.MaxSize + 1];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..length];
    }

    private static string DefaultIn(string directory)
    {
        string path = Path.Combine(directory, DefaultName);
        string small = Path.Combine(directory, DefaultName.ToLowerInvariant());
        return !File.Exists(path) && File.Exists(small) ? small : path;
    }

    private static SourceText ReadFile(BuildRequest request, string path)
    {
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

    // A link is followed, but never out of the context.
    private static SourceText ReadFrom(IFileTree files, string? path)
    {
        string[] names = path is null ? [DefaultName, DefaultName.ToLowerInvariant()] : [EntryPath.Clean(path)];
        foreach (string name in names)
        {
            string resolved = TreePath.Resolve(files, name);
            if (files.Find(resolved) is not { Kind: EntryKind.File or EntryKind.HardLink })
                continue;
            using SafeFileHandle file = files.Open(resolved);
            byte[] bytes = new byte[Math.Min(RandomAccess.GetLength(file), SourceText.MaxSize + 1)];
            int length = RandomAccess.Read(file, bytes, 0);
            return SourceText.FromBytes(name, bytes.AsSpan(0, length));
        }
        string? hint = path is null ? "name another file of it with -f" : Suggestion.Hint(names[0], files.Children(EntryPath.Parent(names[0])).Select(static e => e.Path));
        throw new BuildException(EngineCodes.DockerfileUnreadable, $"there is no {names[0]} in the build context", hint);
    }

    private static async Task<SourceText> FetchAsync(string text, RemoteFiles remote, CancellationToken ct)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Host.Length == 0)
            throw new BuildException(EngineCodes.BadWebAddress, $"\"{RemoteText.Shown(text)}\" is no address", "write https://host/path");
        Operation.Fetched pinned = await remote.ResolveAsync(new RemoteSource.Http(address, DefaultName, Checksum: null), ct).ConfigureAwait(false);
        string directory = await remote.GetDirectoryAsync(pinned, ct).ConfigureAwait(false);
        return SourceText.FromBytes(WebFiles.Shown(address), ReadBounded(Path.Combine(directory, DefaultName)));
    }

    private static async Task<byte[]> ReadBoundedAsync(Stream stream, CancellationToken ct)
    {
        byte[] bytes = new byte[SourceText.MaxSize + 1];
        int length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        return bytes[..length];
    }

    private static string NameOf(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
}
