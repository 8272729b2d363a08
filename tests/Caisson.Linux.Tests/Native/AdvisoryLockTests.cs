using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Tests.Testing;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Tests.Native;

public sealed class AdvisoryLockTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_lock_keeps_other_processes_out_until_the_file_is_closed()
    {
        using (SafeFileHandle file = AdvisoryLock.OpenFile(_temp["lock"]))
        {
            Assert.True(AdvisoryLock.TryTake(file));
            Assert.Equal(1, await TryFromOutsideAsync());
        }
        Assert.Equal(0, await TryFromOutsideAsync());
    }

    [Fact]
    public void A_lock_keeps_other_openings_in_the_same_process_out()
    {
        using SafeFileHandle first = AdvisoryLock.OpenFile(_temp["lock"]);
        using SafeFileHandle second = AdvisoryLock.OpenFile(_temp["lock"]);
        Assert.True(AdvisoryLock.TryTake(first));
        Assert.False(AdvisoryLock.TryTake(second));
        first.Dispose();
        Assert.True(AdvisoryLock.TryTake(second));
    }

    [Fact]
    public async Task A_lock_is_waited_for()
    {
        SafeFileHandle first = AdvisoryLock.OpenFile(_temp["lock"]);
        using SafeFileHandle second = AdvisoryLock.OpenFile(_temp["lock"]);
        Assert.True(AdvisoryLock.TryTake(first));
        Task waiting = Task.Run(() => AdvisoryLock.Take(second), TestContext.Current.CancellationToken);
        first.Dispose();
        await waiting;
        Assert.Equal(1, await TryFromOutsideAsync());
    }

    [Fact]
    public async Task A_directory_has_a_lock_as_a_file_has()
    {
        _temp.Make("lock");
        using DirectoryHandle directory = DirectoryHandle.Open(_temp["lock"]);
        Assert.True(AdvisoryLock.TryTake(directory));
        Assert.Equal(1, await TryFromOutsideAsync());
    }

    [Fact]
    public void A_file_where_none_can_be_made_is_an_error()
    {
        SystemCallException failure = Assert.Throws<SystemCallException>(() => AdvisoryLock.OpenFile(_temp["missing/lock"]));
        Assert.Equal((Errno.ENOENT, _temp["missing/lock"]), (failure.ErrorNumber, failure.Path));
    }

    private async Task<int> TryFromOutsideAsync()
    {
        ProcessRequest flock = new() { File = Requires.Tool("flock"), Arguments = ["-n", _temp["lock"], "true"] };
        return (await ProcessRunner.Direct.CaptureAsync(flock, TestContext.Current.CancellationToken)).ExitCode;
    }
}
