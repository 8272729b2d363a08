using System.Diagnostics;
using System.Globalization;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Faults;

/// <summary>A store on a file system of its own, so small that a test can fill it. It is mounted where nobody else sees it, and gone with its keeper.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    // The keeper ends when its input does: at the latest with the process of the tests.
    private const string Keeper = "mkdir disk; mount $@ disk; mkdir disk/store; echo ready; exec cat";

    private readonly TempDirectory _directory;
    private readonly Process _keeper;

    private SmallDisk(TempDirectory directory, Process keeper)
    {
        _directory = directory;
        _keeper = keeper;
    }

    /// <summary>The path of the file system, for commands that are started in it.</summary>
    public string Path => _directory["disk"];

    /// <summary>The path of the store, likewise.</summary>
    public string StorePath => System.IO.Path.Combine(Path, "store");

    /// <summary>Makes one.</summary>
    /// <param name="fileSystem"><c>ext4</c> or <c>tmpfs</c>.</param>
    /// <param name="megabytes">Its size.</param>
    public static async Task<SmallDisk> MakeAsync(string fileSystem, int megabytes)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting needs root");
        TempDirectory directory = new();
        try
        {
            string[] mount = fileSystem == "ext4" ? ["-o", "loop", directory["image"]] : ["-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "none"];
            if (fileSystem == "ext4")
                await Tool.ShellAsync(directory.Path, string.Create(CultureInfo.InvariantCulture, $"truncate -s {megabytes}M image; {Tool.Require("mkfs.ext4")} -q -F -m 0 -b 4096 -O ^has_journal image"));
            ProcessStartInfo start = new(Tool.Require("unshare"), ["--mount", "sh", "-euc", Keeper, "sh", .. mount])
            {
                WorkingDirectory = directory.Path,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            Process keeper = Process.Start(start) ?? throw new InvalidOperationException("unshare did not start");
            if (await keeper.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) != "ready")
            {
                string reason = await keeper.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
                keeper.Dispose();
                Assert.Skip($"needs to mount {fileSystem}: {reason.Trim()}");
            }
            return new SmallDisk(directory, keeper);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Runs a command of the shipped binary there.</summary>
    public Task<Outcome> TryAsync(string workingDirectory, params IEnumerable<string> arguments) =>
        Tool.CaptureAsync(Inside(new Store(StorePath).Start(arguments), workingDirectory));

    /// <summary>Fills it up, but for so many bytes.</summary>
    public Task FillAsync(long exceptBytes = 0) => ShellAsync(string.Create(CultureInfo.InvariantCulture, $"""
        dd if=/dev/zero of=fill bs=64k oflag=append conv=notrunc 2>/dev/null || true
        dd if=/dev/zero of=fill bs=4k oflag=append conv=notrunc 2>/dev/null || true
        truncate -s -{exceptBytes} fill
        """));

    /// <summary>Takes away what <see cref="FillAsync"/> wrote.</summary>
    public Task EmptyAsync() => ShellAsync("rm fill");

    /// <summary>The bytes of it that are in use.</summary>
    public async Task<long> UsedAsync() => long.Parse(await ShellAsync("df --output=used -B1 . | tail -n 1"), CultureInfo.InvariantCulture);

    /// <summary>What is left of work in the store.</summary>
    public Task<string> LeftoversAsync() => ShellAsync("find store/tmp -mindepth 1 ! -name lock ! -name spare; find store/images store/history -name '.*'; ls store | grep next || true");

    /// <summary>Runs a script of the shell there.</summary>
    public async Task<string> ShellAsync(string script) =>
        (await Tool.CaptureAsync(Inside(new ProcessStartInfo("sh", ["-euc", "cd \"$1\"; " + script, "sh", Path]), _directory.Path))).Succeeded();

    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        await _keeper.WaitForExitAsync(CancellationToken.None);
        _keeper.Dispose();
        _directory.Dispose();
    }

    private ProcessStartInfo Inside(ProcessStartInfo start, string workingDirectory)
    {
        ProcessStartInfo inside = new(Tool.Require("nsenter"), [string.Create(CultureInfo.InvariantCulture, $"--mount=/proc/{_keeper.Id}/ns/mnt"), $"--wd={workingDirectory}", start.FileName, .. start.ArgumentList]);
        foreach ((string variable, string? value) in start.Environment)
            inside.Environment[variable] = value;
        return inside;
    }
}
