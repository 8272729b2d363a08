using Caisson.Engine.Imaging;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Contents;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Caisson.Oci.Transfer;

namespace Caisson.Engine;

/// <summary>
/// Makes a layer of a file of the user's: a tar that is compressed as layers are stays as it is, any other is compressed; of a directory a tar is made, whose files are
/// root's and carry the time of the image, as those of COPY do.
/// </summary>
/// <param name="parts">The engine.</param>
/// <param name="path">A tar file, compressed or not, or a directory.</param>
/// <param name="time">The time that files of a directory carry.</param>
internal sealed class LayerFile(EngineParts parts, string path, DateTimeOffset time)
{
    private BlobForm Form => new(LayerCompression.Default, new FileTime(time.ToUnixTimeSeconds(), 0));

    /// <summary>Makes it; the blob is beside the store until the work ends.</summary>
    /// <exception cref="TransferException">It is no archive of files.</exception>
    public async Task<ImageLayer> MakeAsync(CancellationToken ct)
    {
        if (Directory.Exists(path))
            return await WriteAsync((writer, file) => writer.WriteAsync(tar => WriteDirectoryAsync(tar, ct), file, ct)).ConfigureAwait(false);
        try
        {
            (Compression compression, Digest diffId) = await CheckAsync(ct).ConfigureAwait(false);
            return compression is Compression.Gzip or Compression.Zstd
                ? await AsItIsAsync(compression, diffId, ct).ConfigureAwait(false)
                : await WriteAsync((writer, file) => CopyAsync(writer, file, ct)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TarException or InvalidDataException)
        {
            throw new TransferException(TransferProblem.BadLayer, $"{path} is no archive that can be a layer: {e.Message}");
        }
    }

    // Reads the whole archive once: what a layer must not hold is found before anything is written.
    private async Task<(Compression Compression, Digest DiffId)> CheckAsync(CancellationToken ct)
    {
        (Stream plain, Compression compression) = await OpenAsync(ct).ConfigureAwait(false);
        return (compression, await LayerCheck.ReadAsync(plain, ct).ConfigureAwait(false));
    }

    private async Task<ImageLayer> AsItIsAsync(Compression compression, Digest diffId, CancellationToken ct)
    {
        FileStream file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
        {
            Digest digest = Digest.FromSha256(await System.Security.Cryptography.SHA256.HashDataAsync(file, ct).ConfigureAwait(false));
            Descriptor blob = new() { MediaType = CompressionFormat.OciLayerTypeOf(compression), Digest = digest, Size = file.Length };
            return new ImageLayer(blob, diffId, new FileBlob(path));
        }
    }

    private async Task<ImageLayer> WriteAsync(Func<LayerBlobWriter, string, Task<BlobRecord>> write)
    {
        string made = parts.Work.NewPath("layer");
        BlobRecord record = await write(new LayerBlobWriter(Form.Compression, parts.Options.Parallelism), made).ConfigureAwait(false);
        return new ImageLayer(record.Blob, record.DiffId, new FileBlob(made));
    }

    private async Task<BlobRecord> CopyAsync(LayerBlobWriter writer, string file, CancellationToken ct)
    {
        (Stream plain, _) = await OpenAsync(ct).ConfigureAwait(false);
        await using (plain.ConfigureAwait(false))
            return await writer.CopyAsync(plain, file, ct).ConfigureAwait(false);
    }

    private Task<(Stream Plain, Compression Compression)> OpenAsync(CancellationToken ct) => Decompression.OpenDetectedAsync(File.OpenRead(path), PlaceAccess.Decoders, ct);

    private async Task WriteDirectoryAsync(TarWriter output, CancellationToken ct)
    {
        using HostTree tree = new(path, known: null, parts.Options.Time);
        LayerContent content = new(Walk(tree, "", new Dictionary<string, string>(StringComparer.Ordinal)), entry => tree.Open(entry.Path), CanChange: true);
        await LayerTar.WriteAsync(content, Form, output, ct).ConfigureAwait(false);
    }

    // Further names of one file become hard links to the first.
    private static IEnumerable<FileEntry> Walk(HostTree tree, string directory, Dictionary<string, string> firstNames)
    {
        foreach (FileEntry child in tree.Children(directory))
        {
            if (Whiteouts.IsReserved(child.Path.AsSpan(child.Path.LastIndexOf('/') + 1)))
                throw new TransferException(TransferProblem.BadLayer, $"\"{child.Path}\" has a name that means a deletion in a layer");
            FileEntry timed = child with { Modified = null };
            yield return child.LinkGroup is { } group && !firstNames.TryAdd(group, child.Path)
                ? timed with { Kind = EntryKind.HardLink, LinkTarget = firstNames[group], SizeBytes = 0 }
                : timed;
            if (!child.IsDirectory)
                continue;
            foreach (FileEntry below in Walk(tree, child.Path, firstNames))
                yield return below;
        }
    }

    private sealed class FileBlob(string path) : IBlobSource
    {
        public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => Task.FromResult<Stream>(new VerifyingStream(File.OpenRead(path), blob));
    }
}
