using System.Collections.Immutable;
using System.Text;
using Caisson.IntegrationTests.Testing;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.IntegrationTests.Images;

/// <summary>A layout as others make them: one index over two images that the shipped binary made, with an attestation as BuildKit has it, and a signature that refers to the index.</summary>
internal static class SampleLayout
{
    /// <summary>The name in the layout.</summary>
    public const string Name = "v1";

    /// <summary>Makes the layout and returns the digest of the index.</summary>
    public static async Task<string> MakeAsync(Store store, TempDirectory directory)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        string content = directory.Make("content");
        await File.WriteAllTextAsync(Path.Combine(content, "file"), "content", ct);
        string path = directory["sample"];
        foreach (string architecture in (string[])["amd64", "arm64"])
            await store.RunAsync("image", "append", "scratch", "-q", "--layer", content, "--platform", $"linux/{architecture}", "-t", $"oci:{path}:{architecture}");
        OciLayout layout = await OciLayout.OpenAsync(path, ct: ct);
        ImageIndex own = await layout.ReadIndexAsync(ct);
        ImmutableArray<Descriptor> images = [.. own.Manifests.Select(static (m, i) => m with { Annotations = null, Platform = Platform.Parse(i == 0 ? "linux/amd64" : "linux/arm64") })];
        Descriptor attestation = await AddManifestAsync(layout, artifactType: null, MediaTypes.OciConfig, """{"architecture":"unknown","os":"unknown","rootfs":{"type":"layers","diff_ids":["sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"]}}""", "application/vnd.in-toto+json", null);
        ImageIndex index = new()
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciIndex,
            Manifests =
            [
                .. images,
                attestation with
                {
                    Platform = new Platform { Os = "unknown", Architecture = "unknown" },
                    Annotations = ImmutableSortedDictionary<string, string>.Empty.Add("vnd.docker.reference.digest", images[0].Digest.Value).Add("vnd.docker.reference.type", "attestation-manifest"),
                },
            ],
        };
        Descriptor root = await AddAsync(layout, MediaTypes.OciIndex, OciJson.Write(index));
        foreach (Descriptor image in own.Manifests)
            await layout.UntagAsync(Reference.Parse($"layout@{image.Digest}"), ct);
        await layout.TagByRefNameAsync(root, Name, ct);
        Descriptor signature = await AddManifestAsync(layout, "application/vnd.example.signature", "application/vnd.oci.empty.v1+json", "{}", "application/vnd.example.signature", root);
        await layout.TagAsync(signature, name: null, ct);
        return root.Digest.Value;
    }

    private static async Task<Descriptor> AddManifestAsync(OciLayout layout, string? artifactType, string configType, string config, string layerType, Descriptor? subject) =>
        await AddAsync(layout, MediaTypes.OciManifest, OciJson.Write(new ImageManifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            ArtifactType = artifactType,
            Config = await AddAsync(layout, configType, Encoding.UTF8.GetBytes(config)),
            Layers = [await AddAsync(layout, layerType, "{}"u8.ToArray())],
            Subject = subject,
        }));

    private static async Task<Descriptor> AddAsync(OciLayout layout, string mediaType, byte[] content)
    {
        Descriptor blob = Descriptor.Of(mediaType, content);
        await layout.AddBlobAsync(blob, new MemoryStream(content), TestContext.Current.CancellationToken);
        return blob;
    }
}
