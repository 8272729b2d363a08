using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Faults;

/// <summary>A disk that takes its time: nothing else comes of it, and nobody has to wait for it.</summary>
public sealed class SlowDiskTests
{
    private const int Terminated = 143;

    [Fact]
    public async Task On_a_slow_disk_a_build_comes_to_the_same()
    {
        using TempDirectory directory = new();
        Workload.Write(directory["project"]);
        string expected = (await Tool.CaptureAsync(Start(directory, "undisturbed", "--quiet"))).Succeeded();
        InjectedFault slow = new("pwrite64,renameat2,rename,syncfs", "delay_exit=10000", First: 1, IsLasting: true);
        Assert.Equal(expected, (await Tool.CaptureAsync(slow.Around(Start(directory, "store", "--quiet"), directory["log"]))).Succeeded());
    }

    // Nobody waits for the last flush: it never comes back. A copy ends with the file that it is at.
    // A thread that is killed in its delay may stay with strace until that is over: it is long for a build, and short for these tests.
    [Theory]
    [InlineData("syncfs", 100_000_000, "writing", false)]
    [InlineData("copy_file_range", 2_000_000, "COPY --chown=12:34 tree tree", true)]
    public async Task A_build_that_waits_for_its_disk_can_be_stopped(string call, long delayMicroseconds, string begun, bool comesBack)
    {
        using TempDirectory directory = new();
        Workload.Write(directory["project"]);
        string expected = (await Tool.CaptureAsync(Start(directory, "undisturbed", "--quiet"))).Succeeded();
        InjectedFault stuck = new(call, string.Create(CultureInfo.InvariantCulture, $"delay_enter={delayMicroseconds}"), First: 1, IsLasting: true);
        ProcessStartInfo start = stuck.Around(Start(directory, "store", "--progress=plain"), directory["log"]);
        start.ArgumentList.Insert(0, "-D"); // the signal is to reach the build, not strace
        await using (Server build = Server.Start(start))
        {
            await build.SaysAsync(new Regex(Regex.Escape(begun)));
            Assert.Equal(Terminated, await build.StopAsync());
        }
        Assert.Equal(comesBack, (await File.ReadAllTextAsync(directory["log"], TestContext.Current.CancellationToken)).Contains("DELAYED", StringComparison.Ordinal));
        await RunningProcesses.GoneAsync(directory["store"]);
        Assert.Equal(expected, (await Tool.CaptureAsync(Start(directory, "store", "--quiet"))).Succeeded());
    }

    private static ProcessStartInfo Start(TempDirectory directory, string store, string view)
    {
        ProcessStartInfo start = new Store(directory[store]).Start("build", view, "--tag", "slow", ".");
        start.WorkingDirectory = directory["project"];
        return start;
    }
}
