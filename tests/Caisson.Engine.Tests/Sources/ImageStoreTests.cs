using Caisson.Engine.Imaging;
using Caisson.Engine.Sources;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Files;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Tests.Sources;

public sealed class ImageStoreTests : IAsyncLifetime
{
    private static readonly Reference Name = Reference.Parse("registry.invalid/team/app:1");

    private readonly TempDirectory _directory = new();
    private readonly MemoryBlobs _nowhere = new();
    private WorkArea _work = null!; // made before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _work = await WorkArea.CreateAsync(_directory["tmp"], TimeProvider.System, Ct);

    public ValueTask DisposeAsync()
    {
        _work.Dispose();
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_was_never_here_is_not_found() => Assert.Null(await (await OpenAsync()).FindAsync(Name, Platform.LinuxAmd64, _nowhere, Ct));

    [Fact]
    public async Task A_tagged_image_is_found_by_its_name_with_all_its_layers()
    {
        Image image = Bases.Of(new ContainerConfig(), await Bases.ArchiveAsync(Bases.File("a", "A")));
        await (await OpenAsync()).Layout.AddImageAsync(image, Name, Ct);
        Image? found = await (await OpenAsync()).FindAsync(Name, Platform.LinuxAmd64, _nowhere, Ct);
        Assert.Equal(image.Descriptor.Digest, found?.Descriptor.Digest);
        Assert.Equal(["f 0644 0:0 a \"A\""], await Layers.OfAsync(found!.Layers[0])); // found
    }

    [Fact]
    public async Task Of_a_remembered_image_layers_are_fetched_when_someone_reads_them_and_once()
    {
        (Image image, MemoryBlobs remote) = await RemoteAsync();
        ImageStore store = await OpenAsync();
        await store.RememberAsync(Name, Platform.LinuxAmd64, image, Ct);
        Image? found = await (await OpenAsync()).FindAsync(Name, Platform.LinuxAmd64, remote, Ct);
        Digest layer = image.Layers[0].Blob.Digest;
        Assert.Equal(0, remote.TimesOpened(layer));
        string[][] read = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Layers.OfAsync(found!.Layers[0]))); // remembered
        Assert.All(read, static lines => Assert.Equal(["f 0644 0:0 a \"A\""], lines));
        Assert.Equal(1, remote.TimesOpened(layer));
        remote.Lose(layer);
        Assert.Equal(["f 0644 0:0 a \"A\""], await Layers.OfAsync(found!.Layers[0]));
    }

    [Fact]
    public async Task A_layer_is_taken_apart_while_it_arrives()
    {
        MemoryBlobs remote = new();
        TaskCompletionSource more = new();
        remote.BeforeSecondHalf = ct => more.Task.WaitAsync(ct);
        byte[] archive = await Bases.ArchiveAsync(Bases.File("a", new string('a', 1 << 20)), Bases.File("b", new string('b', 1 << 20)));
        ImageLayer layer = new(remote.Add(MediaTypes.OciLayer, archive), Digest.OfBytes(archive), (await OpenAsync()).Layout.BackedBy(remote));
        await using Stream opened = await LayerArchiveSource.OpenAsync(layer, Ct);
        await using TarReader reader = new(opened, options: null, leaveOpen: true);
        Assert.Equal("a", (await reader.ReadNextAsync(Ct))?.Path);
        await reader.Content.ReadExactlyAsync(new byte[900_000], Ct);
        more.SetResult();
        Assert.Equal("b", (await reader.ReadNextAsync(Ct))?.Path);
        Assert.Null(await reader.ReadNextAsync(Ct));
        Assert.True((await OpenAsync()).Layout.HasBlob(layer.Blob));
    }

    [Fact]
    public async Task An_image_is_remembered_for_its_platform_only()
    {
        (Image image, MemoryBlobs remote) = await RemoteAsync();
        ImageStore store = await OpenAsync();
        await store.RememberAsync(Name, Platform.LinuxAmd64, image, Ct);
        Assert.Null(await store.FindAsync(Name, Platform.LinuxArm64, remote, Ct));
    }

    [Fact]
    public async Task A_tagged_image_goes_before_a_remembered_one()
    {
        (Image image, MemoryBlobs remote) = await RemoteAsync();
        ImageStore store = await OpenAsync();
        await store.RememberAsync(Name, Platform.LinuxAmd64, image, Ct);
        Image tagged = Bases.Of(new ContainerConfig { User = "5" });
        await store.Layout.AddImageAsync(tagged, Name, Ct);
        Assert.Equal(tagged.Descriptor.Digest, (await store.FindAsync(Name, Platform.LinuxAmd64, remote, Ct))?.Descriptor.Digest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"mediaType\":\"x\",\"digest\":\"no digest\",\"size\":1}")]
    public async Task A_damaged_memory_is_as_none(string content)
    {
        (Image image, MemoryBlobs remote) = await RemoteAsync();
        ImageStore store = await OpenAsync();
        await store.RememberAsync(Name, Platform.LinuxAmd64, image, Ct);
        await File.WriteAllTextAsync(Assert.Single(Directory.GetFiles(_directory["remembered"])), content, Ct);
        Assert.Null(await store.FindAsync(Name, Platform.LinuxAmd64, remote, Ct));
    }

    [Fact]
    public async Task A_remembered_image_whose_documents_are_gone_is_as_none()
    {
        (Image image, MemoryBlobs remote) = await RemoteAsync();
        ImageStore store = await OpenAsync();
        await store.RememberAsync(Name, Platform.LinuxAmd64, image, Ct);
        File.Delete(Path.Combine(_directory["images"], "blobs", "sha256", image.Descriptor.Digest.Hex));
        Assert.Null(await (await OpenAsync()).FindAsync(Name, Platform.LinuxAmd64, remote, Ct));
    }

    [Fact]
    public async Task Repositories_are_told_as_people_write_them()
    {
        ImageStore store = await OpenAsync();
        foreach (string name in (string[])["docker.io/library/alpine:3", "docker.io/team/app:1", "registry.invalid/x:2"])
            await store.Layout.AddImageAsync(Bases.Of(new ContainerConfig()), Reference.Parse(name), Ct);
        Assert.Equal(["alpine", "registry.invalid/x", "team/app"], (await store.ReadRepositoriesAsync(Ct)).Order(StringComparer.Ordinal));
    }

    private static async Task<(Image Image, MemoryBlobs Remote)> RemoteAsync()
    {
        MemoryBlobs remote = new();
        byte[] archive = await Bases.ArchiveAsync(Bases.File("a", "A"));
        ImageLayer layer = new(remote.Add(MediaTypes.OciLayer, archive), Digest.OfBytes(archive), remote);
        return (Image.Create(new ImageConfig { Architecture = "amd64", Os = "linux", RootFs = new RootFs { DiffIds = [] } }, [layer]), remote);
    }

    private Task<ImageStore> OpenAsync() => ImageStore.OpenAsync(_directory["images"], _directory["remembered"], _work, TimeProvider.System, Ct);
}
