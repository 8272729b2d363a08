using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Layout;

/// <summary>Blobs that are added to a layout while they are read from elsewhere.</summary>
public sealed class RemoteBackedBlobsTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly BytesSource _remote = new();
    private OciLayout _layout = null!; // made before each test
    private Descriptor _blob = null!;
    private IBlobSource _blobs = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _layout = await OciLayout.CreateAsync(_directory["layout"], new OciLayoutOptions { IsDurable = false }, Ct);
        _blob = _remote.Add("application/x", [.. Enumerable.Range(0, 200_000).Select(static i => (byte)(i / 7))]);
        _blobs = _layout.BackedBy(_remote);
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task It_is_there_when_its_last_byte_is_handed_over_and_not_before()
    {
        byte[] content = new byte[_blob.Size];
        await using Stream stream = await _blobs.OpenBlobAsync(_blob, Ct);
        await stream.ReadExactlyAsync(content.AsMemory(0, 199_999), Ct);
        Assert.False(_layout.HasBlob(_blob));
        await stream.ReadExactlyAsync(content.AsMemory(199_999), Ct);
        Assert.True(_layout.HasBlob(_blob));
        Assert.Equal(0, await stream.ReadAsync(content, Ct));
        Assert.Equal(_blob.Digest, Digest.OfBytes(content));
    }

    [Fact]
    public async Task Of_those_who_want_it_at_once_one_fetches_it()
    {
        Stream first = await _blobs.OpenBlobAsync(_blob, Ct);
        Task<Stream> second = _layout.BackedBy(_remote).OpenBlobAsync(_blob, Ct);
        Assert.False(second.IsCompleted);
        await first.CopyToAsync(Stream.Null, Ct);
        await first.DisposeAsync();
        await using Stream there = await second;
        Assert.Equal(_blob.Size, await LengthAsync(there));
        Assert.Equal(1, _remote.TimesOpened(_blob.Digest));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_who_does_not_want_all_of_it_leaves_nothing_and_the_next_one_fetches_it(bool isAsync)
    {
        Stream first = await _blobs.OpenBlobAsync(_blob, Ct);
        await first.ReadExactlyAsync(new byte[10], Ct);
        Task<Stream> second = _blobs.OpenBlobAsync(_blob, Ct);
        if (isAsync)
            await first.DisposeAsync();
        else
            first.Dispose();
        Assert.False(_layout.HasBlob(_blob));
        await using (Stream again = await second)
            Assert.Equal(_blob.Size, await LengthAsync(again));
        Assert.Single(Directory.GetFiles(_directory["layout/blobs/sha256"]));
        Assert.Equal(2, _remote.TimesOpened(_blob.Digest));
    }

    [Fact]
    public async Task One_who_waits_may_give_up()
    {
        await using Stream first = await _blobs.OpenBlobAsync(_blob, Ct);
        using CancellationTokenSource stop = new();
        Task<Stream> second = _blobs.OpenBlobAsync(_blob, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await first.CopyToAsync(Stream.Null, Ct);
        Assert.True(_layout.HasBlob(_blob));
    }

    [Fact]
    public async Task A_place_that_does_not_have_it_says_so_each_time()
    {
        Descriptor unknown = Descriptor.Of("application/x", "unknown"u8);
        for (int i = 0; i < 2; i++)
            await Assert.ThrowsAsync<KeyNotFoundException>(() => _blobs.OpenBlobAsync(unknown, Ct));
    }

    [Fact]
    public async Task Content_that_is_not_what_was_announced_is_not_added()
    {
        Descriptor wrong = _blob with { Digest = Digest.OfBytes("other"u8) };
        await using (Stream stream = await _layout.BackedBy(new Unverified(_blob, _remote)).OpenBlobAsync(wrong, Ct))
            await Assert.ThrowsAsync<InvalidImageException>(() => LengthAsync(stream));
        Assert.Empty(Directory.GetFiles(_directory["layout/blobs/sha256"]));
    }

    [Fact]
    public async Task Into_its_own_layout_it_is_written_once_and_into_another_one_too()
    {
        Image image = Image.Create(new ImageConfig { Architecture = "amd64", Os = "linux", RootFs = new RootFs { DiffIds = [] } }, [new ImageLayer(_blob, _blob.Digest, _blobs)]);
        OciLayout other = await OciLayout.CreateAsync(_directory["other"], new OciLayoutOptions { IsDurable = false }, Ct);
        await other.AddImageAsync(image, null, Ct);
        Assert.True(other.HasBlob(_blob) && _layout.HasBlob(_blob));
        string file = _layout.PathOf(_blob.Digest);
        await File.WriteAllTextAsync(file, "", Ct); // no longer the size that it should have
        await _layout.AddImageAsync(image, null, Ct);
        Assert.Equal(_blob.Size, new FileInfo(file).Length);
        Assert.Equal(2, _remote.TimesOpened(_blob.Digest));
    }

    private static async Task<long> LengthAsync(Stream stream)
    {
        using MemoryStream all = new();
        await stream.CopyToAsync(all, Ct);
        return all.Length;
    }

    // A place that gives what it has, whatever was asked for.
    private sealed class Unverified(Descriptor given, BytesSource source) : IBlobSource
    {
        public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => source.OpenBlobAsync(given, ct);
    }
}
