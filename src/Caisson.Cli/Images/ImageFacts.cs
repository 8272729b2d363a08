using Caisson.Cli.Commands;
using Caisson.Engine;
using Caisson.Oci.Images;

namespace Caisson.Cli.Images;

/// <summary>Single facts about an image, for scripts.</summary>
internal static class ImageFacts
{
    /// <summary>What can be asked for.</summary>
    public const string Choices = "config, manifest, digest, id, layers or packages";

    private static readonly string[] Known = ["config", "manifest", "digest", "id", "layers", "packages"];

    /// <summary>Refuses what cannot be asked for.</summary>
    /// <exception cref="UsageException">It cannot.</exception>
    public static void Require(string? what)
    {
        if (what is not null && !Known.Contains(what))
            throw new UsageException($"--show={what}: write {Choices}");
    }

    /// <summary>One of them.</summary>
    /// <exception cref="UsageException">There is no such fact.</exception>
    public static string Show(Image image, string what) => what switch
    {
        "config" => JsonText.Indent(image.ConfigBytes),
        "manifest" => JsonText.Indent(image.ManifestBytes),
        "digest" => image.Descriptor.Digest.Value,
        "id" => image.Manifest.Config.Digest.Value,
        "layers" => string.Join('\n', image.Layers.Select(static l => $"{l.Blob.Digest} {l.Blob.Size} {l.DiffId}")),
        "packages" => string.Join('\n', (image.Manifest.Annotations?.GetValueOrDefault(BasePackages.Annotation) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        _ => throw new UsageException($"--show={what}: write {Choices}"),
    };
}
