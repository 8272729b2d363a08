namespace Caisson.Bench.Build;

/// <summary>A fresh ext4 file system in a file, for all that builders write: the machine's own slows down after large deletions.</summary>
internal sealed class BenchDisk : IAsyncDisposable
{
    private readonly string _directory;

    private BenchDisk(string directory) => _directory = directory;

    /// <summary>Where it is mounted.</summary>
    public string Path => System.IO.Path.Combine(_directory, "fs");

    /// <summary>Makes and mounts it.</summary>
    public static async Task<BenchDisk> CreateAsync()
    {
        BenchDisk disk = new(Directory.CreateTempSubdirectory("caisson-bench-").FullName);
        await Tool.ShellAsync($"cd {disk._directory} && truncate --size 60G disk && mkfs.ext4 -q disk && mkdir fs && mount -o loop,discard disk fs");
        return disk;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Tool.ShellAsync($"umount -l {Path} && rm -rf --one-file-system {_directory}");
}
