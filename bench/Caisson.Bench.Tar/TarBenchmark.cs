using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Bench.Tar;

/// <summary>Our tar reader and writer against .NET's, and the writer on many small files.</summary>
internal static class TarBenchmark
{
    private const int Files = 20_000;
    private const int FileBytes = 4096;

    public static async Task RunAsync(byte[] archive, int rounds)
    {
        await new Measurement("read an archive, contents too", archive.Length / 1e6)
            .Add("System.Formats.Tar", () => ReadDotNetAsync(archive))
            .Add("TarReader", () => ReadAsync(archive))
            .RunAsync(rounds);
        await new Measurement($"write {Files} entries of {FileBytes} bytes", Files * FileBytes / 1e6)
            .Add("System.Formats.Tar, from memory", WriteDotNetAsync)
            .Add("TarWriter, from memory", () => WriteAsync((writer, entry) => writer.WriteAsync(entry, new byte[FileBytes])))
            .RunAsync(rounds);
        string folder = Directory.CreateTempSubdirectory("caisson-bench-tar").FullName;
        try
        {
            await WriteFilesAsync(folder, rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WriteFilesAsync(string folder, int rounds)
    {
        for (int i = 0; i < Files; i++)
            await File.WriteAllBytesAsync(NameOf(folder, i), new byte[FileBytes]);
        await new Measurement("the same from files", Files * FileBytes / 1e6)
            .Add("System.Formats.Tar", () => WriteDotNetFilesAsync(folder))
            .Add("TarWriter, streams", () => WriteAsync(async (writer, entry) =>
            {
                await using FileStream file = File.OpenRead(Path.Combine(folder, entry.Path));
                await writer.WriteAsync(entry, file);
            }))
            .Add("TarWriter, handles", () => WriteAsync(async (writer, entry) =>
            {
                using SafeFileHandle file = File.OpenHandle(Path.Combine(folder, entry.Path));
                await writer.WriteFileAsync(entry, file);
            }))
            .RunAsync(rounds);
    }

    private static string NameOf(string folder, int number) => Path.Combine(folder, $"file-{number:D6}");

    private static async Task<long> ReadAsync(byte[] archive)
    {
        CountingStream output = new();
        await using TarReader reader = new(new MemoryStream(archive), TarReaderOptions.Layer);
        while (await reader.ReadNextAsync() is not null)
            await reader.Content.CopyToAsync(output);
        return output.WrittenBytes;
    }

    private static async Task<long> ReadDotNetAsync(byte[] archive)
    {
        CountingStream output = new();
        await using System.Formats.Tar.TarReader reader = new(new MemoryStream(archive));
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            if (entry.DataStream is { } content)
                await content.CopyToAsync(output);
        }
        return output.WrittenBytes;
    }

    private static async Task<long> WriteAsync(Func<TarWriter, TarEntry, ValueTask> write)
    {
        CountingStream output = new();
        await using TarWriter writer = new(output, leaveOpen: true);
        for (int i = 0; i < Files; i++)
            await write(writer, new TarEntry { Type = TarEntryType.File, Path = $"file-{i:D6}", Mode = 0x1A4, SizeBytes = FileBytes });
        await writer.CompleteAsync();
        return output.WrittenBytes;
    }

    private static async Task<long> WriteDotNetAsync()
    {
        CountingStream output = new();
        await using System.Formats.Tar.TarWriter writer = new(output, leaveOpen: true);
        for (int i = 0; i < Files; i++)
            await writer.WriteEntryAsync(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, $"file-{i:D6}") { DataStream = new MemoryStream(new byte[FileBytes]) });
        return output.WrittenBytes;
    }

    private static async Task<long> WriteDotNetFilesAsync(string folder)
    {
        CountingStream output = new();
        await using System.Formats.Tar.TarWriter writer = new(output, leaveOpen: true);
        for (int i = 0; i < Files; i++)
        {
            await using FileStream file = File.OpenRead(NameOf(folder, i));
            await writer.WriteEntryAsync(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, $"file-{i:D6}") { DataStream = file });
        }
        return output.WrittenBytes;
    }
}
