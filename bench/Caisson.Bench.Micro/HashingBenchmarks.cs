using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Caisson.Linux.Files;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Bench.Micro;

/// <summary>A file is read for its digest. The limit: SHA-256 of bytes that are in memory, in one call.</summary>
public class HashingBenchmarks
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("caisson-bench-").FullName, "file");
    private byte[] _bytes = [];
    private SafeFileHandle? _file;

    [Params(4 << 10, 64 << 20)]
    public int SizeBytes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _bytes = new byte[SizeBytes];
        new Random(1).NextBytes(_bytes);
        File.WriteAllBytes(_path, _bytes);
        _file = File.OpenHandle(_path);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _file?.Dispose();
        Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true); // made above
    }

    [Benchmark(Baseline = true, Description = "SHA256.HashData")]
    public byte[] Limit() => SHA256.HashData(_bytes);

    [Benchmark(Description = "FileContent.Hash")]
    public Digest Hash() => FileContent.Hash(_file!, CancellationToken.None).Digest; // opened before
}
