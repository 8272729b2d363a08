using System.Text;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Tests.Tar;

/// <summary>Archives that end with the content of their last file: what <c>docker build -f -</c> sends.</summary>
public sealed class TarMissingPaddingTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(100, true)]
    [InlineData(100, false)]
    public async Task Such_an_archive_is_read_where_it_is_taken_and_refused_elsewhere(int paddingBytes, bool canSeek)
    {
        byte[] whole = await WriteAsync();
        byte[] cut = whole[..(TarFormat.BlockBytes + "content".Length + paddingBytes)];
        await using (TarReader taking = new(Open(cut, canSeek), new TarReaderOptions { TakesMissingPadding = true }))
        {
            Assert.Equal("f", (await taking.ReadNextAsync(TestContext.Current.CancellationToken))?.Path);
            using StreamReader text = new(taking.Content, Encoding.UTF8);
            Assert.Equal("content", await text.ReadToEndAsync(TestContext.Current.CancellationToken));
            Assert.Null(await taking.ReadNextAsync(TestContext.Current.CancellationToken));
        }
        await using TarReader strict = new(Open(cut, canSeek));
        await strict.ReadNextAsync(TestContext.Current.CancellationToken);
        Assert.Equal(TarErrorKind.Truncated, (await Assert.ThrowsAsync<TarException>(async () => await strict.ReadNextAsync(TestContext.Current.CancellationToken))).Kind);
    }

    [Fact]
    public async Task Content_that_is_cut_is_never_taken()
    {
        byte[] cut = (await WriteAsync())[..(TarFormat.BlockBytes + 3)];
        await using TarReader reader = new(new MemoryStream(cut), new TarReaderOptions { TakesMissingPadding = true });
        await reader.ReadNextAsync(TestContext.Current.CancellationToken);
        Assert.Equal(TarErrorKind.Truncated, (await Assert.ThrowsAsync<TarException>(async () => await reader.ReadNextAsync(TestContext.Current.CancellationToken))).Kind);
    }

    private static Stream Open(byte[] bytes, bool canSeek) => canSeek ? new MemoryStream(bytes) : new System.IO.Compression.GZipStream(new MemoryStream(Compressed(bytes)), System.IO.Compression.CompressionMode.Decompress);

    private static byte[] Compressed(byte[] bytes)
    {
        using MemoryStream output = new();
        using (System.IO.Compression.GZipStream zip = new(output, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(bytes);
        return output.ToArray();
    }

    private static async Task<byte[]> WriteAsync()
    {
        using MemoryStream tar = new();
        await using TarWriter writer = new(tar, leaveOpen: true);
        byte[] content = "content"u8.ToArray();
        await writer.WriteAsync(new TarEntry { Path = "f", Type = TarEntryType.File, Mode = 0x1A4, SizeBytes = content.Length }, content, TestContext.Current.CancellationToken);
        await writer.CompleteAsync(TestContext.Current.CancellationToken);
        return tar.ToArray();
    }
}
