using System.Collections.Immutable;
using System.Text;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Tests.Testing;

/// <summary>Images to build upon, made of values alone.</summary>
internal static class Bases
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>An image of one layer for each archive.</summary>
    public static Image Of(ContainerConfig config, params ReadOnlySpan<byte[]> archives) => Of(config, Platform.LinuxAmd64, archives);

    /// <summary>An image for a platform, of one layer for each archive.</summary>
    public static Image Of(ContainerConfig config, Platform platform, params ReadOnlySpan<byte[]> archives)
    {
        MemoryBlobs blobs = new();
        ImmutableArray<ImageLayer> layers = [.. archives.ToArray().Select(a => new ImageLayer(blobs.Add(MediaTypes.OciLayer, a), Digest.OfBytes(a), blobs))];
        ImageConfig complete = new()
        {
            Architecture = platform.Architecture,
            Os = platform.Os,
            Variant = platform.Variant,
            Created = DateTimeOffset.UnixEpoch,
            Config = config,
            RootFs = new RootFs { DiffIds = [] },
            History = [.. layers.Select((_, i) => new HistoryEntry { Created = DateTimeOffset.UnixEpoch, CreatedBy = $"layer {i}" })],
        };
        return Image.Create(complete, layers);
    }

    /// <summary>An archive of entries; text content goes with those that are files.</summary>
    public static async Task<byte[]> ArchiveAsync(params (TarEntry Entry, string Content)[] entries)
    {
        using MemoryStream stream = new();
        await using (TarWriter writer = new(stream, options: null, leaveOpen: true))
        {
            foreach ((TarEntry entry, string content) in entries)
            {
                byte[] bytes = Encoding.UTF8.GetBytes(content);
                await writer.WriteAsync(entry with { SizeBytes = bytes.Length }, (ReadOnlyMemory<byte>)bytes, Ct);
            }
            await writer.CompleteAsync(Ct);
        }
        return stream.ToArray();
    }

    /// <summary>An image with a shell and the usual programs, all of them one static file. Where it is missing, the test is skipped.</summary>
    public static async Task<Image> BusyboxAsync()
    {
        Tool.Require("busybox");
        string[] names = (await Tool.RunAsync("busybox", "--list")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using MemoryStream stream = new();
        await using (TarWriter writer = new(stream, options: null, leaveOpen: true))
        {
            byte[] program = await System.IO.File.ReadAllBytesAsync(Tool.Find("busybox")!, Ct); // required above
            await writer.WriteAsync(new TarEntry { Type = TarEntryType.Directory, Path = "bin", Mode = 0x1ED }, ct: Ct);
            await writer.WriteAsync(new TarEntry { Type = TarEntryType.File, Path = "bin/busybox", Mode = 0x1ED, SizeBytes = program.Length }, (ReadOnlyMemory<byte>)program, Ct);
            foreach (string name in names.Where(static n => n != "busybox").Order(StringComparer.Ordinal))
                await writer.WriteAsync(Link("bin/" + name, "busybox").Entry, ct: Ct);
            await writer.WriteAsync(Directory("tmp", mode: 0x3FF).Entry, ct: Ct);
            await writer.CompleteAsync(Ct);
        }
        return Of(new ContainerConfig { Env = ["PATH=/bin"] }, stream.ToArray());
    }

    public static (TarEntry Entry, string Content) File(string path, string content = "", int mode = 0x1A4) =>
        (new TarEntry { Type = TarEntryType.File, Path = path, Mode = mode }, content);

    public static (TarEntry Entry, string Content) Directory(string path, int mode = 0x1ED, long uid = 0, long gid = 0) =>
        (new TarEntry { Type = TarEntryType.Directory, Path = path, Mode = mode, Uid = uid, Gid = gid }, "");

    public static (TarEntry Entry, string Content) Link(string path, string target) =>
        (new TarEntry { Type = TarEntryType.SymbolicLink, Path = path, Mode = 0x1FF, LinkTarget = target }, "");

    public static (TarEntry Entry, string Content) HardLink(string path, string target) =>
        (new TarEntry { Type = TarEntryType.HardLink, Path = path, Mode = 0x1A4, LinkTarget = target }, "");
}
