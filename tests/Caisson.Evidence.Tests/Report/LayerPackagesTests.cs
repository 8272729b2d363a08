using System.Collections.Immutable;
using System.Text;
using Caisson.Evidence.Report;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Evidence.Tests.Report;

public sealed class LayerPackagesTests
{
    private const string Debian = "var/lib/dpkg/status";
    private static readonly string Base = Status(("libc6", "2.36-9"), ("mount", "2.38"));

    [Fact]
    public async Task A_layer_has_what_it_added_changed_and_removed()
    {
        ImmutableArray<LayerPackages> found = await ReadAsync([(Debian, Base)], [("etc/motd", "hello")], [(Debian, Status(("curl", "8.1"), ("libc6", "2.36-10")))]);
        Assert.Equal([0, 2], found.Select(static f => f.Layer));
        Assert.Equal(["libc6 2.36-9 ", "mount 2.38 "], Lines(found[0]));
        Assert.Equal(["curl 8.1 ", "libc6 2.36-10 2.36-9"], Lines(found[1]));
        Assert.Equal(["mount"], found[1].Removed);
    }

    [Fact]
    public async Task Packages_that_are_not_installed_any_more_are_none() =>
        Assert.Equal(["curl 8.1 "], Lines(Assert.Single(await ReadAsync([(Debian, Status(("curl", "8.1")) + "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n")]))));

    [Fact]
    public async Task Alpine_and_distroless_keep_theirs_elsewhere()
    {
        Assert.Equal(["musl 1.2.5 "], Lines(Assert.Single(await ReadAsync([("lib/apk/db/installed", "C:Q1\nP:musl\nV:1.2.5\nA:x86_64\n\n")]))));
        ImmutableArray<LayerPackages> distroless = await ReadAsync([("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12\n")], [("var/lib/dpkg/status.d/tz", "Package: tzdata\nVersion: 2024a\n"), ("var/lib/dpkg/status.d/tz.md5sums", "x")]);
        Assert.Equal(["tzdata 2024a "], Lines(distroless[1]));
        Assert.Empty(distroless[1].Removed);
    }

    [Fact]
    public async Task Where_layers_are_elsewhere_nobody_is_asked_and_the_next_says_so()
    {
        Image image = await ImageAsync([(Debian, Base)], [(Debian, Status(("curl", "8.1"), ("libc6", "2.36-9")))]);
        LayerPackages found = Assert.Single(await new LayerPackagesReader(new DecompressionOptions(), blob => blob.Digest != image.Layers[0].Blob.Digest).ReadAsync(image, TestContext.Current.CancellationToken));
        Assert.True(found.IncludesBelow);
        Assert.Equal(2, found.Installed.Length);
    }

    [Fact]
    public async Task A_layer_that_cannot_be_read_is_left_out()
    {
        Descriptor broken = Descriptor.Of(MediaTypes.OciLayer, "no archive at all, but long enough to look like one"u8);
        Image image = Image.Create(Config, [new ImageLayer(broken, broken.Digest, new Blobs { [broken.Digest] = "no archive at all, but long enough to look like one"u8.ToArray() })]);
        Assert.Empty(await new LayerPackagesReader(new DecompressionOptions(), static _ => true).ReadAsync(image, TestContext.Current.CancellationToken));
    }

    private static ImageConfig Config => new() { Os = "linux", Architecture = "amd64", RootFs = new RootFs { DiffIds = [] } };

    private static IEnumerable<string> Lines(LayerPackages layer) => layer.Installed.Select(static p => $"{p.Name} {p.Version} {p.Before}");

    private static string Status(params (string Name, string Version)[] packages) =>
        string.Concat(packages.Select(static p => $"Package: {p.Name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {p.Version}\nDescription: a\n b\n\n"));

    private static async Task<ImmutableArray<LayerPackages>> ReadAsync(params (string Path, string Content)[][] layers) =>
        await new LayerPackagesReader(new DecompressionOptions(), static _ => true).ReadAsync(await ImageAsync(layers), TestContext.Current.CancellationToken);

    private static async Task<Image> ImageAsync(params (string Path, string Content)[][] layers)
    {
        Blobs blobs = [];
        List<ImageLayer> made = [];
        foreach ((string Path, string Content)[] files in layers)
        {
            using MemoryStream tar = new();
            TarWriter writer = new(tar, options: null, leaveOpen: true);
            await using (writer)
            {
                foreach ((string path, string content) in files)
                {
                    byte[] bytes = Encoding.UTF8.GetBytes(content);
                    await writer.WriteAsync(new TarEntry { Path = path, Type = TarEntryType.File, SizeBytes = bytes.Length }, bytes, TestContext.Current.CancellationToken);
                }
                await writer.CompleteAsync(TestContext.Current.CancellationToken);
            }
            Descriptor blob = Descriptor.Of(MediaTypes.OciLayer, tar.ToArray());
            blobs[blob.Digest] = tar.ToArray();
            made.Add(new ImageLayer(blob, blob.Digest, blobs));
        }
        return Image.Create(Config, [.. made]);
    }

    private sealed class Blobs : Dictionary<Digest, byte[]>, IBlobSource
    {
        public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => Task.FromResult<Stream>(new MemoryStream(this[blob.Digest]));
    }
}
