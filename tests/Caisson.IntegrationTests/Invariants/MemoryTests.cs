using System.Globalization;
using System.Security.Cryptography;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Invariants;

/// <summary>Memory is bounded by parallelism, never by the size of a file or an image.</summary>
public sealed class MemoryTests
{
    private const long FileBytes = 1L << 30;
    private const int BlockBytes = 64 << 10;
    private const int RandomBytes = 2 << 10;
    private const long MaxPeakKilobytes = 200 << 10;

    // Prints the most memory that the command, or a process that it waited for, had at once, in kilobytes (getrusage(2), ru_maxrss).
    private const string Measure = """
        import resource, subprocess, sys
        code = subprocess.call(sys.argv[1:])
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
        sys.exit(code)
        """;

    [Fact]
    public async Task A_file_of_1_GiB_is_copied_compressed_exported_and_unpacked_in_less_than_200_MiB()
    {
        using TempDirectory directory = new();
        string store = directory["store"];
        directory.File("project/Dockerfile", "FROM scratch\nCOPY big /\n");
        await WriteBigFileAsync(directory["project/big"]);
        string archive = directory["image.tar"];

        Assert.InRange(await PeakAsync(store, "build", "--tag", "big", "--output", $"type=oci,dest={archive}", directory["project"]), 1, MaxPeakKilobytes);
        Assert.InRange(await PeakAsync(store, "build", "--output", $"type=tar,dest={directory["files.tar"]}", directory["project"]), 1, MaxPeakKilobytes);
        Assert.True(new FileInfo(directory["files.tar"]).Length > FileBytes);
        File.Delete(directory["files.tar"]);

        // From the archive into another store, and out of the layer's blob into a directory.
        string other = directory["other"];
        Assert.InRange(await PeakAsync(other, "load", "--input", archive), 1, MaxPeakKilobytes);
        directory.File("second/Dockerfile", "FROM big\nWORKDIR /made\n");
        string loaded = (await new Store(other).RunAsync("images")).Split('\n')[1].Split(' ')[0];
        Assert.InRange(
            await PeakAsync(other, "build", "--build-context", $"big=docker-image://{loaded}", "--output", $"type=local,dest={directory["files"]}", directory["second"]), 1, MaxPeakKilobytes);
        Assert.Equal(FileBytes, new FileInfo(directory["files/big"]).Length);
    }

    private static async Task<long> PeakAsync(string store, params string[] arguments)
    {
        System.Diagnostics.ProcessStartInfo start = new Store(store).Start(arguments);
        System.Diagnostics.ProcessStartInfo measured = new(Tool.Require("python3"), ["-c", Measure, start.FileName, .. start.ArgumentList]);
        foreach ((string variable, string? value) in start.Environment)
            measured.Environment[variable] = value;
        string output = (await Tool.CaptureAsync(measured)).Succeeded();
        return long.Parse(output.TrimEnd('\n').Split('\n')[^1], CultureInfo.InvariantCulture);
    }

    // Neither all alike nor incompressible, so that the test takes seconds.
    private static async Task WriteBigFileAsync(string path)
    {
        byte[] block = new byte[BlockBytes];
        await using FileStream file = File.Create(path);
        for (long written = 0; written < FileBytes; written += BlockBytes)
        {
            RandomNumberGenerator.Fill(block.AsSpan(0, RandomBytes));
            await file.WriteAsync(block, TestContext.Current.CancellationToken);
        }
    }
}
