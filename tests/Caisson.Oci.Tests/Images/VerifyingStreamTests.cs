using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Tests.Images;

public sealed class VerifyingStreamTests
{
    private static readonly byte[] Content = [1, 2, 3, 4, 5, 6, 7, 8];

    [Fact]
    public async Task A_reader_that_stops_at_the_told_size_still_learns_of_wrong_content()
    {
        byte[] wrong = [.. Content];
        wrong[3] ^= 1;
        await using VerifyingStream stream = new(new MemoryStream(wrong), Descriptor.Of("a", Content));
        byte[] buffer = new byte[4];
        await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<InvalidImageException>(async () => await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Right_content_is_passed_on_and_ends()
    {
        await using VerifyingStream stream = new(new MemoryStream(Content), Descriptor.Of("a", Content));
        using MemoryStream copy = new();
        await stream.CopyToAsync(copy, TestContext.Current.CancellationToken);
        Assert.Equal(Content, copy.ToArray());
        Assert.Equal(0, await stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    public async Task Content_of_another_length_is_refused(long size)
    {
        await using VerifyingStream stream = new(new MemoryStream(Content), Descriptor.Of("a", Content) with { Size = size });
        await Assert.ThrowsAsync<InvalidImageException>(() => stream.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_empty_blob_is_verified_too()
    {
        await using VerifyingStream good = new(new MemoryStream(), Descriptor.Of("a", []));
        await good.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
        await using VerifyingStream bad = new(new MemoryStream(), Descriptor.Of("a", [1]) with { Size = 0 });
        await Assert.ThrowsAsync<InvalidImageException>(() => bad.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
    }
}
