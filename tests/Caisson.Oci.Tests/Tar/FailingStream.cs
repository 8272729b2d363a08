namespace Caisson.Oci.Tests.Tar;

/// <summary>An output that takes some bytes and then fails, as a full disk does.</summary>
internal sealed class FailingStream(int afterBytes) : MemoryStream
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Length + buffer.Length > afterBytes ? throw new IOException("disk full") : base.WriteAsync(buffer, cancellationToken);
}
