using BenchmarkDotNet.Attributes;
using Caisson.Oci.Tar;

namespace Caisson.Bench.Micro;

/// <summary>2,000 entries of 4 KiB are written to nowhere, or read. The limit: their bytes are copied within memory once.</summary>
public class TarBenchmarks
{
    private const int Entries = 2000;
    private const int EntryBytes = 4096;

    private readonly byte[] _content = new byte[EntryBytes];
    private readonly byte[] _copy = new byte[EntryBytes];
    private byte[] _archive = [];

    // In one process, BenchmarkDotNet does not wait for what is set up asynchronously.
    [GlobalSetup]
    public void SetUp() => SetUpAsync().Wait();

    private async Task SetUpAsync()
    {
        using MemoryStream archive = new();
        await WriteAsync(archive);
        _archive = archive.ToArray();
    }

    [Benchmark(Baseline = true, Description = "memory copied")]
    public int Limit()
    {
        for (int i = 0; i < Entries; i++)
            _content.CopyTo(_copy.AsSpan());
        return _copy[0];
    }

    [Benchmark(Description = "TarWriter")]
    public async Task<long> WriteAsync()
    {
        CountingStream output = new();
        await WriteAsync(output);
        return output.WrittenBytes;
    }

    [Benchmark(Description = "System.Formats.Tar writes")]
    public async Task<long> WriteDotNetAsync()
    {
        CountingStream output = new();
        await using System.Formats.Tar.TarWriter writer = new(output, leaveOpen: true);
        for (int i = 0; i < Entries; i++)
            await writer.WriteEntryAsync(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, NameOf(i)) { DataStream = new MemoryStream(_content) });
        return output.WrittenBytes;
    }

    [Benchmark(Description = "TarReader")]
    public async Task<long> ReadAsync()
    {
        CountingStream output = new();
        await using TarReader reader = new(new MemoryStream(_archive), TarReaderOptions.Layer);
        while (await reader.ReadNextAsync() is not null)
            await reader.Content.CopyToAsync(output);
        return output.WrittenBytes;
    }

    [Benchmark(Description = "System.Formats.Tar reads")]
    public async Task<long> ReadDotNetAsync()
    {
        CountingStream output = new();
        await using System.Formats.Tar.TarReader reader = new(new MemoryStream(_archive));
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            if (entry.DataStream is { } content)
                await content.CopyToAsync(output);
        }
        return output.WrittenBytes;
    }

    private static string NameOf(int number) => $"directory/file-{number:D6}";

    private async Task WriteAsync(Stream output)
    {
        await using TarWriter writer = new(output, leaveOpen: true);
        for (int i = 0; i < Entries; i++)
            await writer.WriteAsync(new TarEntry { Type = TarEntryType.File, Path = NameOf(i), Mode = 0x1A4, SizeBytes = EntryBytes }, _content);
        await writer.CompleteAsync();
    }
}
