using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Caisson.Oci.Model;

/// <summary>The name of an image: registry, repository, and a tag or a digest or both.</summary>
/// <remarks>
/// distribution-spec v1.1.1, "Pulling manifests", and the grammar of Docker's <c>distribution/reference</c>: a first component
/// without dot, colon or <c>localhost</c> is part of the repository, and such names live at docker.io.
/// </remarks>
public sealed partial record Reference
{
    /// <summary>The registry that names without one belong to.</summary>
    public const string DefaultRegistry = "docker.io";

    private const string OfficialPrefix = "library/";
    private const int MaxRepositoryLength = 255;

    private Reference(string registry, string repository, string? tag, Digest? digest)
    {
        Registry = registry;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>Host and optional port of the registry.</summary>
    public string Registry { get; }

    /// <summary>The repository's path within its registry.</summary>
    public string Repository { get; }

    /// <summary>The tag; null when only a digest, or neither, was given.</summary>
    public string? Tag { get; }

    /// <summary>The digest that pins the image; null when there is none.</summary>
    public Digest? Digest { get; }

    /// <summary>Registry and repository, without tag and digest.</summary>
    public string Name => $"{Registry}/{Repository}";

    /// <summary>The name as people write it: without docker.io and library.</summary>
    public string Familiar
    {
        get
        {
            string name = Registry != DefaultRegistry ? Name
                : Repository.StartsWith(OfficialPrefix, StringComparison.Ordinal) ? Repository[OfficialPrefix.Length..]
                : Repository;
            return name + Suffix;
        }
    }

    private string Suffix => (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    /// <summary>Reads a reference; the tag stays absent when none is written.</summary>
    /// <exception cref="FormatException">The text is not a reference; the message says which part is not.</exception>
    public static Reference Parse(string text) =>
        TryParse(text, out Reference? reference, out string? problem) ? reference : throw new FormatException(problem);

    /// <summary>Reads a reference; false, with the reason, when the text is not one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Reference? reference, [NotNullWhen(false)] out string? problem)
    {
        reference = null;
        problem = null;
        string rest = text;
        Digest? digest = null;
        string? tag = null;
        if (rest.IndexOf('@', StringComparison.Ordinal) is int at and >= 0)
        {
            if (!Digest.TryParse(rest[(at + 1)..], out digest))
                problem = $"\"{rest[(at + 1)..]}\" is not a digest such as sha256:<64 hexadecimal digits>";
            rest = rest[..at];
        }
        if (rest.LastIndexOf(':') is int colon && colon > rest.LastIndexOf('/'))
        {
            tag = rest[(colon + 1)..];
            if (!TagPattern().IsMatch(tag))
                problem ??= $"\"{tag}\" is not a tag: letters, digits, \"_\", \".\" and \"-\", at most 128, not starting with \".\" or \"-\"";
            rest = rest[..colon];
        }
        (string registry, string repository) = SplitRegistry(rest);
        problem ??= CheckName(text, registry, repository);
        if (problem is not null)
            return false;
        reference = new Reference(registry, repository, tag, digest);
        return true;
    }

    /// <summary>The same name with the tag <c>latest</c> when it has neither tag nor digest.</summary>
    public Reference WithDefaultTag() => Tag is null && Digest is null ? new Reference(Registry, Repository, "latest", null) : this;

    /// <summary>The same name, pinned to a digest.</summary>
    public Reference WithDigest(Digest digest) => new(Registry, Repository, Tag, digest);

    /// <summary>The same name without its tag: the digest alone, or the repository.</summary>
    public Reference WithoutTag() => new(Registry, Repository, null, Digest);

    /// <summary>The same name, pinned to nothing: the tag alone.</summary>
    public Reference WithoutDigest() => new(Registry, Repository, Tag, null);

    /// <summary>The canonical text: registry and repository written out.</summary>
    public override string ToString() => Name + Suffix;

    private static (string Registry, string Repository) SplitRegistry(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : name[..slash];
        bool isHost = first == "localhost" || first.AsSpan().ContainsAny('.', ':') || first.Any(char.IsAsciiLetterUpper);
        if (!isHost)
            return (DefaultRegistry, slash < 0 ? OfficialPrefix + name : name);
        string registry = first is "index.docker.io" or "registry-1.docker.io" ? DefaultRegistry : first;
        string repository = name[(slash + 1)..];
        return (registry, registry == DefaultRegistry && !repository.Contains('/', StringComparison.Ordinal) ? OfficialPrefix + repository : repository);
    }

    private static string? CheckName(string text, string registry, string repository)
    {
        if (text.Length == 0)
            return "an image name is empty";
        if (!HostPattern().IsMatch(registry))
            return $"\"{registry}\" is not a registry host, in \"{text}\"";
        if (repository.Any(char.IsAsciiLetterUpper))
            return $"a repository name is lower case, in \"{text}\"";
        if (repository.Length > MaxRepositoryLength || !RepositoryPattern().IsMatch(repository))
            return $"\"{text}\" is not an image name such as registry.example/team/app:1.0";
        return null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex(@"^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*)(:[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostPattern();
}
