using System.Formats.Tar;
using System.IO.Compression;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Tests.Testing;

/// <summary>Small images, made of values alone.</summary>
internal static class TestImages
{
    /// <summary>An image with one gzip layer for each name, holding a file of that name.</summary>
    public static Image Create(params ReadOnlySpan<string> files) => Create(Platform.LinuxAmd64, files);

    public static Image Create(Platform platform, params ReadOnlySpan<string> files)
    {
        BytesSource source = new();
        List<ImageLayer> layers = [];
        foreach (string file in files)
            layers.Add(Layer(source, file, MediaTypes.OciLayerGzip));
        ImageConfig config = new()
        {
            Architecture = platform.Architecture,
            Os = platform.Os,
            Variant = platform.Variant,
            Created = DateTimeOffset.UnixEpoch,
            Config = new ContainerConfig { Cmd = ["/bin/app"] },
            RootFs = new RootFs { DiffIds = [] },
            History = [.. files.ToArray().Select(f => new HistoryEntry { Created = DateTimeOffset.UnixEpoch, CreatedBy = $"COPY {f} /" })],
        };
        return Image.Create(config, [.. layers]);
    }

    public static ImageLayer Layer(BytesSource source, string file, string mediaType)
    {
        byte[] tar = Tar(file, $"content of {file}\n");
        byte[] blob = mediaType.EndsWith("gzip", StringComparison.Ordinal) ? Gzip(tar) : tar;
        return new ImageLayer(source.Add(mediaType, blob), Digest.OfBytes(tar), source);
    }

    public static byte[] Tar(string file, string content)
    {
        using MemoryStream stream = new();
        using (TarWriter writer = new(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            UstarTarEntry entry = new(TarEntryType.RegularFile, file)
            {
                DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)),
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            };
            writer.WriteEntry(entry);
        }
        return stream.ToArray();
    }

    public static byte[] Gzip(byte[] content)
    {
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionLevel.Fastest))
            gzip.Write(content);
        return stream.ToArray();
    }

    /// <summary>Bytes without a pattern, always the same ones.</summary>
    public static byte[] Noise(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
