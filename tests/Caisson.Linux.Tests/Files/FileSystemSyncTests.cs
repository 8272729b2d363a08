using System.Globalization;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Files;

public sealed class FileSystemSyncTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    private static FileTime Boot => new(
        long.Parse(File.ReadLines("/proc/stat").Single(static l => l.StartsWith("btime ", StringComparison.Ordinal)).AsSpan("btime ".Length), CultureInfo.InvariantCulture),
        0);

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void What_was_written_since_the_machine_started_is_trusted_without_a_mark() =>
        Assert.True(NewSync().IsTrusted(Boot with { Seconds = Boot.Seconds + 1 }));

    [Fact]
    public void What_is_older_than_the_machines_start_is_not_trusted_without_a_mark() =>
        Assert.False(NewSync().IsTrusted(Boot with { Seconds = Boot.Seconds - 1 }));

    [Fact]
    public async Task What_is_older_than_the_mark_is_trusted()
    {
        FileSystemSync sync = NewSync();
        sync.Flush();
        await SetMarkAsync(Boot.Seconds - 100);
        Assert.True(sync.IsTrusted(new FileTime(Boot.Seconds - 101, 999_999_999)));
    }

    // A change in the very second of the mark may have come after the flush began.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    public async Task What_is_younger_than_the_mark_and_older_than_the_machines_start_is_not_trusted(int secondsLater)
    {
        FileSystemSync sync = NewSync();
        sync.Flush();
        await SetMarkAsync(Boot.Seconds - 100);
        Assert.False(sync.IsTrusted(new FileTime(Boot.Seconds - 100 + secondsLater, 0)));
    }

    [Fact]
    public async Task A_flush_moves_the_mark()
    {
        FileSystemSync sync = NewSync();
        sync.Flush();
        await SetMarkAsync(Boot.Seconds - 100);
        sync.Flush();
        Assert.True(sync.IsTrusted(new FileTime(Boot.Seconds - 50, 0)));
    }

    [Fact]
    public async Task Several_may_flush_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(NewSync().Flush, TestContext.Current.CancellationToken)));
        Assert.True(File.Exists(_temp["flushed"]));
        Assert.False(File.Exists(_temp["flushed.next"]));
    }

    private FileSystemSync NewSync() => new(_temp["flushed"]);

    private Task<string> SetMarkAsync(long seconds) => Tool.ShellAsync(_temp.Path, string.Create(CultureInfo.InvariantCulture, $"touch -d @{seconds} flushed"));
}
