using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Daemon.Proto.Llb;
using Caisson.Engine;
using Caisson.Engine.Graph;
using Caisson.Engine.Spelling;
using Caisson.Oci.Model;
using Platform = Caisson.Oci.Model.Platform;

namespace Caisson.Daemon.Llb;

/// <summary>Sources of graphs that clients send: images, git repositories, files of the web, directories of the client, results of other builds.</summary>
/// <remarks>BuildKit's solver/pb, "SourceOp": the scheme of the identifier says which, attributes say more.</remarks>
internal static class LlbSources
{
    /// <summary>What directories of the client are called by.</summary>
    public const string LocalScheme = "local://";

    /// <summary>What the identifier of an image begins with.</summary>
    public const string ImageScheme = "docker-image://";

    /// <summary>What the identifier of the result of another build begins with.</summary>
    public const string ResultScheme = "caisson-result://";

    private const string GitScheme = "git://";

    // Attributes that verify a source or change what comes of it; those that end in a dot begin so. To pass over one would be to build something else.
    private static readonly string[] Demands =
    [
        "git.checksum", "git.skipsubmodules", "git.mtime", "git.bundle", "git.checkoutbundle", "git.sig.",
        "http.perm", "http.uid", "http.gid", "http.header.", "http.sig.", "image.checksum", "image.layerlimit", "local.metadatatransfer",
    ];

    // Attributes that say how a source is reached, and nothing of what it is.
    private static readonly string[] Ways = ["git.fullurl", "git.authheadersecret", "git.authtokensecret", "git.knownsshhosts", "git.mountsshsock", "git.fetchbycommit", "http.authheadersecret", "image.resolvemode", "image.recordtype"];

    /// <summary>Makes the node of a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="platform">The platform that its vertex names; null for that of the build.</param>
    /// <param name="sources">Finds what it stands for.</param>
    /// <param name="resultOf">The layout with the result of another build, by what its identifier says behind the scheme.</param>
    /// <param name="label">What people read.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="UsageException">It is of a kind that is not known.</exception>
    public static async Task<Node> AddAsync(SourceOp source, Platform? platform, IGraphSources sources, Func<string, Task<string>> resultOf, NodeLabel label, CancellationToken ct)
    {
        string identifier = source.Identifier;
        if (source.Attrs.Keys.FirstOrDefault(static k => Demands.Any(d => d.EndsWith('.') ? k.StartsWith(d, StringComparison.Ordinal) : k == d)) is { } demand)
            throw new UsageException($"the source {identifier} of a definition has \"{demand}\", which Caisson does not do there");
        if (ImageOf(source) is { } image)
            return (await sources.ImageAsync(image, platform, label, ct).ConfigureAwait(false)).Node;
        if (identifier.StartsWith(LocalScheme, StringComparison.Ordinal))
            return sources.Context(ContextOf(identifier[LocalScheme.Length..]));
        if (identifier.StartsWith(ResultScheme, StringComparison.Ordinal))
            return (await sources.LayoutAsync(await resultOf(identifier[ResultScheme.Length..]).ConfigureAwait(false), platform, label, ct).ConfigureAwait(false)).Node;
        if (GitLocationOf(source) is { } git)
            return await sources.GitAsync(Control.ClientLocations.Remote("the repository", git), source.Attrs.GetValueOrDefault("git.keepgitdir") == "true", label, ct).ConfigureAwait(false);
        if (Uri.TryCreate(identifier, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https")
        {
            Digest? checksum = source.Attrs.GetValueOrDefault("http.checksum") is not { Length: > 0 } text ? null : Digest.TryParse(text, out Digest? digest) ? digest : throw new UsageException($"http.checksum {text} is no digest");
            string name = source.Attrs.GetValueOrDefault("http.filename") is { Length: > 0 } given ? given : Path.GetFileName(address.AbsolutePath) is { Length: > 0 } last ? last : "download";
            if (name.Contains('/', StringComparison.Ordinal) || name is "." or "..")
                throw new UsageException($"http.filename {name} is no name of a file");
            return await sources.HttpAsync(address, name, checksum, label, ct).ConfigureAwait(false);
        }
        throw new UsageException($"the source {identifier.Split("://")[0]} of a definition is not known: there are docker-image, git, http, https and local");
    }

    /// <summary>What the engine calls a directory of the client: not as it calls contexts of its own, whatever the client calls it.</summary>
    public static string ContextOf(string name) => "local:" + name;

    /// <summary>Whether its identifier says all of a source.</summary>
    public static bool IsPlain(SourceOp source) => source.Attrs.Keys.All(Ways.Contains);

    /// <summary>The image that a source is; null when it is none.</summary>
    /// <exception cref="UsageException">Its name is none.</exception>
    public static Reference? ImageOf(SourceOp source) => source.Identifier.StartsWith(ImageScheme, StringComparison.Ordinal) ? References.Parse(source.Identifier[ImageScheme.Length..]) : null;

    /// <summary>The repository that a source is, as contexts name it; null when it is none.</summary>
    public static string? GitLocationOf(SourceOp source)
    {
        if (!source.Identifier.StartsWith(GitScheme, StringComparison.Ordinal))
            return null;
        string rest = source.Identifier[GitScheme.Length..];
        string fragment = rest.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at ? rest[at..] : "";
        string location = source.Attrs.GetValueOrDefault("git.fullurl") is { Length: > 0 } full ? full + fragment : "https://" + rest;
        return location;
    }

    /// <summary>A list that an attribute holds as JSON; empty when it is not there.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static ImmutableArray<string> ListOf(SourceOp source, string attribute)
    {
        if (source.Attrs.GetValueOrDefault(attribute) is not { Length: > 0 } text)
            return [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select(static e => e.GetString() ?? "")];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new UsageException($"{attribute} is no list: {e.Message}");
        }
    }

    private static string? GetValueOrDefault(this Google.Protobuf.Collections.MapField<string, string> attributes, string key) => attributes.TryGetValue(key, out string? value) ? value : null;
}
