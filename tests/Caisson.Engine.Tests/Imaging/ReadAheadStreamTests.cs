using Caisson.Engine.Imaging;

namespace Caisson.Engine.Tests.Imaging;

public sealed class ReadAheadStreamTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    [InlineData(20 << 20)]
    public async Task Everything_comes_through_in_order(int bytes)
    {
        byte[] content = new byte[bytes];
        new Random(1).NextBytes(content);
        await using ReadAheadStream stream = new(new MemoryStream(content));
        using MemoryStream read = new();
        await stream.CopyToAsync(read, TestContext.Current.CancellationToken);
        Assert.Equal(content, read.ToArray());
    }

    [Fact]
    public async Task A_failure_is_thrown_after_the_bytes_before_it()
    {
        await using ReadAheadStream stream = new(new Failing());
        byte[] buffer = new byte[10];
        await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken);
        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidDataException>(async () => await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken))).Message);
    }

    [Fact]
    public async Task It_reads_no_more_than_a_little_ahead()
    {
        Endless inner = new();
        ReadAheadStream stream = new(inner);
        byte[] buffer = new byte[1 << 20];
        for (int i = 0; i < 8; i++)
            await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken);
        await stream.DisposeAsync();
        Assert.InRange(inner.GivenBytes, 8 << 20, 16 << 20);
        Assert.True(inner.IsDisposed);
    }

    [Fact]
    public async Task It_ends_while_a_read_waits()
    {
        ReadAheadStream stream = new(new Waiting());
        await stream.DisposeAsync();
    }

    private sealed class Failing : Source
    {
        private bool _given;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_given)
                throw new InvalidDataException("broken");
            _given = true;
            return ValueTask.FromResult(10);
        }
    }

    private sealed class Endless : Source
    {
        public long GivenBytes { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            GivenBytes += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }
    }

    private sealed class Waiting : Source
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }

    private abstract class Source : MemoryStream
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
