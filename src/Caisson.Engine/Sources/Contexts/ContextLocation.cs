using Caisson.Dockerfile.Remote;
using Caisson.Engine.Planning;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>What the location of a build context stands for.</summary>
internal abstract record ContextLocation
{
    private ContextLocation()
    {
    }

    /// <summary>A local directory, or a path where one should be.</summary>
    public sealed record LocalDirectory(string Path) : ContextLocation;

    /// <summary>A local file.</summary>
    public sealed record LocalFile(string Path) : ContextLocation;

    /// <summary>Standard input.</summary>
    public sealed record StandardInput : ContextLocation;

    /// <summary>A git repository.</summary>
    public sealed record Repository(GitLocation Location) : ContextLocation;

    /// <summary>A file of the web.</summary>
    public sealed record WebFile(Uri Address) : ContextLocation;

    /// <summary>Reads a location. A directory that is here goes first, as with <c>docker buildx build</c>.</summary>
    /// <param name="text">The location.</param>
    /// <param name="what">What it is of, for a message.</param>
    /// <exception cref="BuildException">It begins like an address and is none.</exception>
    public static ContextLocation Parse(string text, string what)
    {
        if (text == BuildContext.StandardInput)
            return new StandardInput();
        if (Directory.Exists(text))
            return new LocalDirectory(text);
        GitLocation? repository = GitLocation.Parse(text, out string? problem);
        if (problem is not null)
            throw new BuildException(EngineCodes.BadGitLocation, $"{what} \"{RemoteText.Shown(text)}\" is a git repository, but {problem}");
        if (repository is not null)
            return new Repository(repository);
        if (AddSources.IsWebAddress(text))
        {
            return Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Host.Length > 0
                ? new WebFile(address)
                : throw new BuildException(EngineCodes.BadWebAddress, $"{what} \"{RemoteText.Shown(text)}\" is no address", "write https://host/path");
        }
        return File.Exists(text) ? new LocalFile(text) : new LocalDirectory(text);
    }
}
