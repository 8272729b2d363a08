using System.Collections.Immutable;
using System.Globalization;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.Exporting;

/// <summary>Puts an image into the storage of podman and buildah, by <c>skopeo</c>: layers that are there already stay as they are.</summary>
/// <remarks>
/// containers-transports(5), "containers-storage". skopeo reads a layout whose blobs are links to those of the store, so nothing is copied on the way to it. See ADR 21 for why this does
/// not write the storage itself.
/// </remarks>
/// <param name="store">The image store.</param>
/// <param name="searchPath">Where programs are.</param>
/// <param name="directory">For the layout; does not exist yet, and is removed again.</param>
internal sealed class ContainersStorage(OciLayout store, string searchPath, string directory)
{
    private const string Program = "skopeo";
    private const string Name = "image";
    private const string Blobs = "blobs/sha256";

    /// <summary>Puts it there.</summary>
    /// <param name="image">The image.</param>
    /// <param name="target">Where.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">There is no skopeo, or it failed.</exception>
    public async Task WriteAsync(Image image, Export.ContainersStorage target, CancellationToken ct)
    {
        string program = SearchPath.Find(searchPath, Program)
            ?? throw new BuildException(EngineCodes.MissingProgram, "images are put into the storage of podman and buildah by skopeo, which is not on this machine", "apt-get install skopeo; or write a file with -o type=oci,dest=FILE, which podman load and buildah pull oci-archive: read");
        try
        {
            await WriteLayoutAsync(image, ct).ConfigureAwait(false);
            string[] names = target.Names.IsEmpty ? ["@" + image.Manifest.Config.Digest.Hex] : [.. target.Names.Select(static n => n.WithDefaultTag().ToString())];
            foreach (string name in names)
                await CopyAsync(program, $"containers-storage:{SpecifierOf(target)}{name}", target.Driver, ct).ConfigureAwait(false);
        }
        finally
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }
    }

    // [driver@graphroot+runroot], or nothing for what storage.conf says.
    private static string SpecifierOf(Export.ContainersStorage target)
    {
        if (target.Root is null)
            return "";
        string driver = target.Driver is null ? "" : target.Driver + "@";
        string runRoot = target.RunRoot is null ? "" : "+" + target.RunRoot;
        return $"[{driver}{target.Root}{runRoot}]";
    }

    private async Task WriteLayoutAsync(Image image, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.Combine(directory, Blobs));
        await WriteAsync("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray(), ct).ConfigureAwait(false);
        Descriptor named = image.Descriptor with { Annotations = ImmutableSortedDictionary<string, string>.Empty.Add(OciLayout.RefNameAnnotation, Name) };
        await WriteAsync("index.json", OciJson.Write(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [named] }), ct).ConfigureAwait(false);
        await WriteAsync($"{Blobs}/{image.Descriptor.Digest.Hex}", image.ManifestBytes, ct).ConfigureAwait(false);
        await WriteAsync($"{Blobs}/{image.Manifest.Config.Digest.Hex}", image.ConfigBytes, ct).ConfigureAwait(false);
        foreach (ImageLayer layer in image.Layers.DistinctBy(static l => l.Blob.Digest))
        {
            if (!store.HasBlob(layer.Blob))
            {
                Stream content = await layer.OpenAsync(ct).ConfigureAwait(false);
                await using (content.ConfigureAwait(false))
                    await store.AddBlobAsync(layer.Blob, content, ct).ConfigureAwait(false);
            }
            File.CreateSymbolicLink(Path.Combine(directory, Blobs, layer.Blob.Digest.Hex), Path.GetFullPath(store.PathOf(layer.Blob.Digest)));
        }
    }

    private Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken ct) => File.WriteAllBytesAsync(Path.Combine(directory, name), content, ct);

    private async Task CopyAsync(string program, string destination, string? driver, CancellationToken ct)
    {
        ImmutableSortedDictionary<string, string?> variables = ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);
        if (driver is not null)
            variables = variables.Add("STORAGE_DRIVER", driver);
        if (UserNamespace.IsInside)
        {
            // The storage is that of who started this, and the namespace is one like its own would be.
            variables = variables.Add("_CONTAINERS_USERNS_CONFIGURED", "done").Add("_CONTAINERS_ROOTLESS_UID", UserNamespace.OuterUserId.ToString(CultureInfo.InvariantCulture));
        }
        // What was built here is under nobody's signature policy.
        ProcessRequest copy = new() { File = program, Arguments = ["--insecure-policy", "copy", "--quiet", $"oci:.:{Name}", destination], WorkingDirectory = directory, Environment = variables };
        ProcessResult result = await ProcessRunner.Direct.CaptureAsync(copy, ct).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw new BuildException(EngineCodes.StorageFailed, $"skopeo cannot write to {destination}: {ReasonIn(result.Error)}", "try the same with buildah images; a file for podman load is written with -o type=oci,dest=FILE");
    }

    // The last line, without what its logger puts around it: time="…" level=fatal msg="…".
    private static string ReasonIn(string error)
    {
        string last = error.Trim().Split('\n')[^1];
        int message = last.IndexOf("msg=\"", StringComparison.Ordinal);
        return message < 0 ? last : last[(message + 5)..].TrimEnd('"').Replace("\\\"", "\"", StringComparison.Ordinal);
    }
}
