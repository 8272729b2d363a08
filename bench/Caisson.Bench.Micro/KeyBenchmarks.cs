using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Caisson.Engine.Graph;
using Caisson.Oci.Model;

namespace Caisson.Bench.Micro;

/// <summary>The digest of a step's definition, with ten variables and a mount. The limit: SHA-256 of a kilobyte, in one call.</summary>
public class KeyBenchmarks
{
    private readonly byte[] _kilobyte = new byte[1024];
    private readonly Digest[] _inputs = [Digest.OfBytes("one"u8), Digest.OfBytes("two"u8)];
    private readonly Operation.Run _run = new()
    {
        Arguments = ["/bin/sh", "-c", "apt-get update && apt-get install -y --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*"],
        Environment = [.. Enumerable.Range(0, 10).Select(static i => $"VARIABLE_{i}=some value of the variable {i}")],
        WorkingDirectory = "/src",
        Platform = Platform.LinuxAmd64,
        Mounts = [new StepMount.Bind("/mnt", 1, "/", IsReadOnly: true)],
    };

    [Benchmark(Baseline = true, Description = "SHA256.HashData, 1 KiB")]
    public byte[] Limit() => SHA256.HashData(_kilobyte);

    [Benchmark(Description = "CanonicalEncoder, a RUN")]
    public Digest Key() => CanonicalEncoder.DigestOf(_run, _inputs);

    [Benchmark(Description = "CanonicalEncoder, a text")]
    public Digest Small()
    {
        using CanonicalEncoder encoder = new("definition");
        encoder.Add("text");
        return encoder.Complete();
    }

}
