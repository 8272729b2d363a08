using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Contents;

/// <summary>Images of layers that are written entry by entry.</summary>
internal static class TestLayers
{
    public static TarEntry File(string path, int mode = 0b110_100_100) => new() { Path = path, Type = TarEntryType.File, Mode = mode };

    public static TarEntry Directory(string path, int mode = 0b111_101_101) => new() { Path = path, Type = TarEntryType.Directory, Mode = mode };

    public static TarEntry Link(string path, string target) => new() { Path = path, Type = TarEntryType.HardLink, LinkTarget = target };

    public static async Task<Image> ImageAsync(params (TarEntry Entry, string Content)[][] layers)
    {
        BytesSource source = new();
        List<ImageLayer> made = [];
        foreach ((TarEntry Entry, string Content)[] layer in layers)
        {
            using MemoryStream stream = new();
            await using (TarWriter writer = new(stream, leaveOpen: true))
            {
                foreach ((TarEntry entry, string content) in layer)
                    await writer.WriteAsync(entry with { SizeBytes = content.Length }, System.Text.Encoding.UTF8.GetBytes(content));
                await writer.CompleteAsync();
            }
            byte[] tar = stream.ToArray();
            made.Add(new ImageLayer(source.Add(MediaTypes.OciLayerGzip, TestImages.Gzip(tar)), Digest.OfBytes(tar), source));
        }
        return Image.Create(new ImageConfig { Architecture = "amd64", Os = "linux", RootFs = new RootFs { DiffIds = [] } }, [.. made]);
    }
}
