using System.Collections.Immutable;
using System.Globalization;
using Caisson.Engine;
using Caisson.Engine.Exporting;

namespace Caisson.Evidence.Provenance;

/// <summary>What a build was made of, as SLSA lists it.</summary>
internal static class Materials
{
    /// <summary>All of it, in an order that does not depend on how the build went.</summary>
    /// <param name="inputs">What the build was made of.</param>
    /// <param name="withText">Whether the text of the Dockerfile is told.</param>
    public static IEnumerable<Material> Of(BuildInputs inputs, bool withText)
    {
        if (inputs.Dockerfile is { } dockerfile)
            yield return new Material(dockerfile.Name, dockerfile.Digest.Algorithm, dockerfile.Digest.Hex) { Name = "dockerfile", Content = withText ? dockerfile.Text : null };
        foreach (ContextInput context in inputs.Contexts)
            yield return new Material(context.Location, InToto.TreeAlgorithm, context.Digest.Hex) { Name = context.Name };
        foreach (ImageInput image in inputs.Images)
        {
            yield return new Material(UriOf(image), image.Digest.Algorithm, image.Digest.Hex);
        }
        foreach (HttpInput file in inputs.Files)
            yield return new Material(file.Address, file.Digest.Algorithm, file.Digest.Hex);
        foreach (GitInput git in inputs.Repositories)
            yield return new Material(UriOf(git), "gitCommit", git.Commit);
        foreach (Material exchange in inputs.Network.Select(Of).DistinctBy(KeyOf).OrderBy(KeyOf, StringComparer.Ordinal))
            yield return exchange;
    }

    private static string UriOf(ImageInput image)
    {
        if (image.IsOfLayout)
            return $"pkg:oci/image@{Uri.EscapeDataString(image.Digest.Value)}?platform={Uri.EscapeDataString(image.Platform.ToString())}";
        return PackageUrl.Of(image.Reference.Tag is null ? image.Reference.WithDigest(image.Digest) : image.Reference, image.Platform);
    }

    private static string UriOf(GitInput git) =>
        (git.Remote.StartsWith("git+", StringComparison.Ordinal) || git.Remote.StartsWith("git://", StringComparison.Ordinal) ? git.Remote : "git+" + git.Remote) + (git.Reference is { } reference ? "@" + reference : "");

    // A package by what it is, anything else by where it came from. What nothing came of is told too: it was asked for.
    private static Material Of(NetworkExchange exchange) => new(exchange.Package ?? exchange.Address, exchange.Digest?.Algorithm ?? "", exchange.Digest?.Hex ?? "")
    {
        DownloadLocation = exchange.Package is null ? null : exchange.Address,
        Annotations = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
        [
            KeyValuePair.Create("method", exchange.Method),
            KeyValuePair.Create("status", exchange.Status.ToString(CultureInfo.InvariantCulture)),
            KeyValuePair.Create("step", exchange.Step),
        ]),
    };

    private static string KeyOf(Material material) =>
        string.Join('\n', [material.Uri, material.Digest, material.DownloadLocation ?? "", .. material.Annotations.Select(static a => a.Value)]);
}
