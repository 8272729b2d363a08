using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Tests.Tar;

public sealed class CompressionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", Compression.None)]
    [InlineData("1F8B", Compression.None)]
    [InlineData("1F8B08", Compression.Gzip)]
    [InlineData("1F8B0800", Compression.Gzip)]
    [InlineData("28B52FFD", Compression.Zstd)]
    [InlineData("5A2A4D18", Compression.Zstd)]
    [InlineData("425A6839", Compression.Bzip2)]
    [InlineData("FD377A585A00", Compression.Xz)]
    [InlineData("FD377A585A", Compression.None)]
    [InlineData("75737461", Compression.None)]
    public void First_bytes_tell_the_compression(string hex, Compression expected) =>
        Assert.Equal(expected, CompressionFormat.Detect(Convert.FromHexString(hex)));

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Zstd)]
    public void Media_type_and_compression_map_both_ways(Compression compression) =>
        Assert.Equal(compression, CompressionFormat.OfMediaType(CompressionFormat.OciLayerTypeOf(compression)));

    [Theory]
    [InlineData(MediaTypes.DockerLayer, Compression.None)]
    [InlineData(MediaTypes.DockerLayerGzip, Compression.Gzip)]
    [InlineData(MediaTypes.DockerForeignLayerGzip, Compression.Gzip)]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", Compression.Zstd)]
    [InlineData(MediaTypes.OciManifest, null)]
    [InlineData("text/plain", null)]
    public void Other_layer_types_are_known(string mediaType, Compression? expected) =>
        Assert.Equal(expected, CompressionFormat.OfMediaType(mediaType));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Data_is_opened_by_its_first_bytes(bool canSeek)
    {
        byte[] text = SampleBytes.Text(10_000);
        byte[] compressed = await GzipEncoderStreamTests.CompressAsync(text, new GzipOptions());
        foreach ((byte[] bytes, Compression expected) in new[] { (text, Compression.None), (compressed, Compression.Gzip), ([1], Compression.None), ([], Compression.None) })
        {
            Stream input = canSeek ? new MemoryStream(bytes) : new TricklingStream(bytes);
            (Stream plain, Compression found) = await Decompression.OpenDetectedAsync(input, ct: Ct);
            Assert.Equal(expected, found);
            Assert.Equal(expected == Compression.Gzip ? text : bytes, await GzipEncoderStreamTests.ReadAllAsync(plain));
            Assert.False(input.CanRead);
        }
    }

    [Fact]
    public async Task Zstd_goes_through_the_decoder_that_was_given()
    {
        byte[] frame = [0x28, 0xB5, 0x2F, 0xFD, 1, 2, 3];
        DecompressionOptions options = new() { OpenZstd = inner => new ReversingStream(inner) };
        (Stream plain, _) = await Decompression.OpenDetectedAsync(new MemoryStream(frame), options, Ct);
        Assert.Equal(frame.Reverse(), await GzipEncoderStreamTests.ReadAllAsync(plain));
    }

    [Fact]
    public async Task Zstd_without_a_decoder_is_said_to_be_missing()
    {
        MemoryStream input = new([0x28, 0xB5, 0x2F, 0xFD, 1, 2, 3]);
        await Assert.ThrowsAsync<NotSupportedException>(() => Decompression.OpenDetectedAsync(input, ct: Ct));
        Assert.False(input.CanRead);
    }

    [Fact]
    public async Task A_bomb_is_stopped_at_the_limit()
    {
        byte[] bomb = await GzipEncoderStreamTests.CompressAsync(new byte[5_000_000], new GzipOptions());
        Stream exact = Decompression.Open(new MemoryStream(bomb), Compression.Gzip, new DecompressionOptions { MaxBytes = 5_000_000 });
        Assert.Equal(5_000_000, (await GzipEncoderStreamTests.ReadAllAsync(exact)).Length);
        Stream limited = Decompression.Open(new MemoryStream(bomb), Compression.Gzip, new DecompressionOptions { MaxBytes = 4_999_999 });
        InvalidDataException e = await Assert.ThrowsAsync<InvalidDataException>(() => GzipEncoderStreamTests.ReadAllAsync(limited));
        Assert.Contains("4999999", e.Message, StringComparison.Ordinal);
    }

    private sealed class ReversingStream(Stream inner) : MemoryStream(Reverse(inner))
    {
        private static byte[] Reverse(Stream stream)
        {
            MemoryStream all = new();
            stream.CopyTo(all);
            byte[] bytes = all.ToArray();
            Array.Reverse(bytes);
            return bytes;
        }
    }
}
