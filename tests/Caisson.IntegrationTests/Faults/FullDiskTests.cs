using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Faults;

/// <summary>What becomes of builds on a disk without room: a diagnostic, nothing half made, and the same image as soon as there is room again.</summary>
public sealed class FullDiskTests
{
    private const int StepFailed = 1;
    private const int StoreCode = 7;
    private const long Megabyte = 1 << 20;

    // From nothing at all to nearly enough, with what is done at each: the store made, files copied, programs run, layers compressed.
    private static readonly long[] Rooms = [0, 300 << 10, 2 * Megabyte, 6 * Megabyte, 17 * Megabyte, 28 * Megabyte];

    [Fact]
    public async Task Wherever_the_room_ends_the_build_says_so_keeps_nothing_half_made_and_can_be_done_again()
    {
        using TempDirectory directory = new();
        Workload.Write(directory["project"]);
        string dockerfile = Path.Combine(directory["project"], "Dockerfile");
        File.WriteAllText(dockerfile, File.ReadAllText(dockerfile).Replace("for i in", "set -e; for i in", StringComparison.Ordinal)); // a script that minds
        string expected = "";
        int full = 0;
        foreach (long room in Rooms)
        {
            await using SmallDisk disk = await SmallDisk.MakeAsync("ext4", megabytes: 64);
            await disk.FillAsync(room);
            Outcome outcome = await disk.TryAsync(directory["project"], "build", "--progress=plain", "--tag", "filled", ".");
            AssertSaysFull(outcome, disk);
            full += outcome.ExitCode == 0 ? 0 : 1;
            Assert.Equal("", await disk.ShellAsync("[ ! -d store/tmp ] || find store/tmp -mindepth 1 ! -name lock ! -name spare"));
            await disk.EmptyAsync();
            string built = (await disk.TryAsync(directory["project"], "build", "--quiet", "--tag", "filled", ".")).Succeeded();
            expected = expected.Length == 0 ? built : expected;
            Assert.Equal(expected, built);
            Assert.Equal("", await disk.LeftoversAsync());
        }
        Assert.True(full >= Rooms.Length - 2, "the disks were too large for the build");
    }

    // Nothing can be made there, not even a directory.
    [Theory]
    [InlineData("ext4")]
    [InlineData("tmpfs")]
    public async Task A_store_without_a_single_free_byte_can_be_looked_at_and_pruned(string fileSystem)
    {
        using TempDirectory directory = new();
        Workload.Write(directory["project"]);
        await using SmallDisk disk = await SmallDisk.MakeAsync(fileSystem, megabytes: 64);
        string expected = (await disk.TryAsync(directory["project"], "build", "--quiet", "--tag", "kept", ".")).Succeeded();
        await disk.FillAsync();
        AssertSaysFull(await disk.TryAsync(directory["project"], "build", "--progress=plain", "--no-cache", "."), disk);
        Assert.Contains("kept", (await disk.TryAsync(directory.Path, "images")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("Reclaimable:", (await disk.TryAsync(directory.Path, "du")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("completed", (await disk.TryAsync(directory.Path, "history", "ls")).Succeeded(), StringComparison.Ordinal);
        long before = await disk.UsedAsync();
        Assert.Contains("Reclaimed", (await disk.TryAsync(directory.Path, "prune", "--all", "--force")).Succeeded(), StringComparison.Ordinal);
        Assert.True(before - await disk.UsedAsync() > 10 * Megabyte, "nothing was freed");
        await disk.EmptyAsync();
        Assert.Equal(expected, (await disk.TryAsync(directory["project"], "build", "--quiet", ".")).Succeeded());
        Assert.Equal("", await disk.LeftoversAsync());
    }

    [Fact]
    public async Task A_store_that_is_to_stay_small_makes_room_on_a_full_disk_before_it_builds()
    {
        using TempDirectory directory = new();
        WriteBusybox(directory, "RUN head -c 5000000 /dev/zero > /zeros\n");
        await using SmallDisk disk = await SmallDisk.MakeAsync("ext4", megabytes: 64);
        (await disk.TryAsync(directory.Path, "build", "--quiet", ".")).Succeeded();
        await disk.FillAsync();
        (await disk.TryAsync(directory.Path, "build", "--quiet", "--no-cache", ".")).Failed(StoreCode);
        directory.File("Dockerfile", "FROM scratch\nCOPY busybox /bin/\n"); // a little less, for what the file system keeps for itself
        (await disk.TryAsync(directory.Path, "build", "--quiet", "--no-cache", "--max-size", "1m", ".")).Succeeded();
    }

    // The program does not care, and its script ends well.
    [Fact]
    public async Task What_a_program_wrote_on_a_full_disk_is_not_kept_even_when_it_says_that_all_is_well()
    {
        using TempDirectory directory = new();
        WriteBusybox(directory, "RUN head -c 90000000 /dev/zero > /zeros; true\n");
        await using SmallDisk disk = await SmallDisk.MakeAsync("ext4", megabytes: 32);
        Outcome outcome = await disk.TryAsync(directory.Path, "build", "--progress=plain", ".");
        string error = outcome.Failed(StoreCode);
        Assert.Contains("Dockerfile:4:1: error CSN5001: the disk is full: the command ended with exit code 0, but", error, StringComparison.Ordinal);
        Assert.True(await disk.UsedAsync() < 16 * Megabyte, "what it wrote was not freed");
    }

    [Fact]
    public async Task A_program_that_fails_on_a_full_disk_is_told_of_with_the_reason()
    {
        using TempDirectory directory = new();
        WriteBusybox(directory, "RUN head -c 90000000 /dev/zero > /zeros\n");
        await using SmallDisk disk = await SmallDisk.MakeAsync("tmpfs", megabytes: 32);
        string error = (await disk.TryAsync(directory.Path, "build", "--progress=plain", ".")).Failed(StepFailed);
        Assert.Contains("hint: the disk of the store is full: free some space (caisson prune)", error, StringComparison.Ordinal);
        Assert.True(await disk.UsedAsync() < 16 * Megabyte, "what it wrote was not freed");
    }

    [Theory]
    [InlineData("type=oci,dest=out.tar")]
    [InlineData("type=oci,tar=false,dest=out")]
    [InlineData("type=docker,dest=out.tar")]
    [InlineData("type=tar,dest=out.tar")]
    [InlineData("out")]
    public async Task A_result_that_finds_no_room_is_told_of_with_its_disk_and_leaves_no_part_of_a_file(string output)
    {
        using TempDirectory directory = new();
        WriteBusybox(directory, "");
        await using SmallDisk disk = await SmallDisk.MakeAsync("tmpfs", megabytes: 2);
        await disk.FillAsync(200 << 10);
        string store = directory["store"];
        string target = output.Replace("out", disk.Path + "/out", StringComparison.Ordinal);
        string error = (await disk.TryAsync(directory.Path, "--root", store, "build", "--progress=plain", "-o", target, ".")).Failed(StoreCode);
        Assert.Matches(Named(disk), error);
        Assert.EndsWith("hint: free some space there, or write elsewhere\n", error, StringComparison.Ordinal);
        Assert.Equal("", await disk.ShellAsync("find . -maxdepth 1 -type f ! -name fill"));
    }

    private static void WriteBusybox(TempDirectory directory, string last)
    {
        File.Copy(Tool.Require("busybox"), directory["busybox"]);
        directory.File(".dockerignore", "store\n").File("Dockerfile", "FROM scratch\nCOPY busybox /bin/\nRUN [\"/bin/busybox\", \"--install\", \"-s\", \"/bin\"]\n" + last);
    }

    private static void AssertSaysFull(Outcome outcome, SmallDisk disk)
    {
        if (outcome.ExitCode == 0)
            return;
        if (outcome.ExitCode == StepFailed)
        {
            Assert.Contains("No space left on device", outcome.Failed(StepFailed), StringComparison.Ordinal);
            return;
        }
        Assert.Contains("error CSN5001: the disk is full: ", outcome.Failed(StoreCode), StringComparison.Ordinal);
        if (!outcome.Error.Contains("but nothing more fits", StringComparison.Ordinal))
            Assert.Matches(Named(disk), outcome.Error);
    }

    private static string Named(SmallDisk disk) => $@"nothing more fits on {Regex.Escape(disk.Path)} \((ext4|tmpfs), [0-9.]+MB, [0-9.]+MB free now\)";
}
