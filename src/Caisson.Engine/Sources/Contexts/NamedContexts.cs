using Caisson.Dockerfile.Source;
using Caisson.Engine.Planning;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>Tells what the values of named contexts stand for.</summary>
internal static class NamedContexts
{
    /// <summary>What the values begin with that are images.</summary>
    public const string ImagePrefix = "docker-image://";

    private const string LayoutPrefix = "oci-layout://";
    private const string TargetPrefix = "target:";

    private static readonly string[] Kinds = [ImagePrefix, LayoutPrefix, "https://", "http://", "ssh://", "git://"];

    /// <summary>Whether a value is that of a local directory.</summary>
    /// <exception cref="BuildException">It cannot be meant.</exception>
    public static bool IsDirectory(string name, string value) =>
        !IsOfKind(value) && ContextLocation.Parse(value, What(name)) is ContextLocation.LocalDirectory or ContextLocation.LocalFile or ContextLocation.StandardInput;

    /// <summary>What a value stands for that is no directory.</summary>
    /// <exception cref="BuildException">It is of a kind that is not known.</exception>
    public static NamedContext Read(string name, string value)
    {
        if (value == ImagePrefix + "scratch")
            return new NamedContext.Empty();
        if (value.StartsWith(ImagePrefix, StringComparison.Ordinal))
        {
            return Reference.TryParse(value[ImagePrefix.Length..], out Reference? reference, out string? problem)
                ? new NamedContext.FromStore(reference)
                : throw new BuildException(EngineCodes.BadReference, $"{What(name)}: {problem}");
        }
        if (value.StartsWith(LayoutPrefix, StringComparison.Ordinal))
            return new NamedContext.FromLayout((platform, ct) => LayoutContext.OpenAsync(value[LayoutPrefix.Length..], platform, ct));
        if (value.StartsWith(TargetPrefix, StringComparison.Ordinal))
            throw new BuildException(EngineCodes.UnknownContextKind, $"{What(name)} is \"{value}\": targets of other builds are known to bake files only", "a stage of this Dockerfile is named with COPY --from=STAGE or FROM STAGE");
        switch (ContextLocation.Parse(value, What(name)))
        {
            case ContextLocation.Repository { Location: var location }:
                return new NamedContext.Remote(new RemoteSource.Git(location, location.KeepsGitDirectory ?? false));
            case ContextLocation.WebFile { Address: var address }:
                return new NamedContext.Remote(new RemoteSource.Http(address, BuildContexts.MainName, Checksum: null)); // the name that BuildKit gives it
            default:
                string kind = value.Contains("://", StringComparison.Ordinal) ? value[..(value.IndexOf("://", StringComparison.Ordinal) + 3)] : value;
                throw new BuildException(
                    EngineCodes.UnknownContextKind, $"{What(name)} is \"{RemoteText.Shown(value)}\", which is of no known kind", Suggestion.Hint(kind, Kinds) ?? "give a directory, docker-image://REF, oci-layout://PATH:TAG, or the address of a git repository or of a file in the web");
        }
    }

    /// <summary>Whether a value is that of a layout on this machine.</summary>
    public static bool IsLayout(string value) => value.StartsWith(LayoutPrefix, StringComparison.Ordinal);

    /// <summary>What people read of a named context.</summary>
    public static string What(string name) => $"the named context \"{name}\"";

    private static bool IsOfKind(string value) => value.Contains("://", StringComparison.Ordinal) || value.StartsWith(TargetPrefix, StringComparison.Ordinal);
}
