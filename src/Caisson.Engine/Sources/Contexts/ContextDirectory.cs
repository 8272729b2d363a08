using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Steps;
using Caisson.Linux.Native;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>Opens local directories as contexts, without what their ignore files leave out.</summary>
internal static class ContextDirectory
{
    private const string IgnoreName = ".dockerignore";

    /// <summary>Opens one.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="what">What it is, for a message.</param>
    /// <param name="ignore">What is left out.</param>
    /// <param name="storePath">The store, which is left out too.</param>
    /// <param name="caches">Remembers what files held; null where that does not matter.</param>
    /// <exception cref="BuildException">It is not there.</exception>
    public static SourceTree Open(string path, string what, IgnoreMatcher ignore, string storePath, StatCaches? caches)
    {
        try
        {
            return new SourceTree(new ContextTree(path, ignore, storePath, caches), IsContext: true);
        }
        catch (SystemCallException e)
        {
            string reason = e.ErrorNumber == Errno.ENOTDIR ? "it is not a directory" : SystemCallException.Describe(e.ErrorNumber);
            throw new BuildException(EngineCodes.ContextUnreadable, $"{what} {path} cannot be read: {reason}", e.ErrorNumber == Errno.ENOENT ? HintFor(path) : null, e);
        }
    }

    /// <summary>What the ignore file of a directory leaves out.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="dockerfile">The Dockerfile's path: an ignore file beside it goes before that of the directory. Null when it has none.</param>
    /// <exception cref="BuildException">The ignore file is wrong.</exception>
    public static IgnoreMatcher IgnoreOf(string directory, string? dockerfile = null)
    {
        string? own = dockerfile is not null && File.Exists(dockerfile + IgnoreName) ? dockerfile + IgnoreName : null;
        string path = own ?? Path.Combine(directory, IgnoreName);
        if (!File.Exists(path))
            return IgnoreMatcher.None;
        return Parse(own ?? IgnoreName, File.ReadAllBytes(path));
    }

    /// <summary>What the ignore file of a context leaves out whose files are brought.</summary>
    /// <exception cref="BuildException">The ignore file is wrong.</exception>
    public static IgnoreMatcher IgnoreOf(IContextFiles files, string context) => files.FindIgnore(context) is { } ignore ? Parse(ignore.Name, ignore.Content.Span) : IgnoreMatcher.None;

    /// <summary>What an ignore file leaves out.</summary>
    /// <exception cref="BuildException">It is wrong.</exception>
    private static IgnoreMatcher Parse(string name, ReadOnlySpan<byte> content)
    {
        IgnoreFile file = IgnoreFile.Parse(SourceText.FromBytes(name, content));
        return file.HasErrors ? throw new BuildException(file.Diagnostics) : file.Matcher;
    }

    private static string? HintFor(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent || !Directory.Exists(parent))
            return null;
        IEnumerable<string> neighbours = Directory.GetDirectories(parent).Order(StringComparer.Ordinal).Select(static d => Path.GetFileName(d));
        return Suggestion.Hint(Path.GetFileName(full), neighbours);
    }
}
