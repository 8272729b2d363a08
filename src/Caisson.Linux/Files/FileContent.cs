using System.Buffers;
using System.Security.Cryptography;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Files;

/// <summary>Hashes and copies the bytes of open files.</summary>
public static class FileContent
{
    private const int BufferBytes = 128 << 10;

    /// <summary>The digest of a file, and how long it was when it was read.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (Digest Digest, long SizeBytes) Hash(SafeFileHandle file, CancellationToken ct)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long offset = 0;
            while (RandomAccess.Read(file, buffer, offset) is int count and not 0)
            {
                ct.ThrowIfCancellationRequested();
                hash.AppendData(buffer.AsSpan(0, count));
                offset += count;
            }
            return (Finish(hash), offset);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The digest of a stream's rest, and how long that was.</summary>
    public static async Task<(Digest Digest, long SizeBytes)> HashAsync(Stream stream, CancellationToken ct)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long total = 0;
            while (await stream.ReadAsync(buffer, ct).ConfigureAwait(false) is int count and not 0)
            {
                hash.AppendData(buffer.AsSpan(0, count));
                total += count;
            }
            return (Finish(hash), total);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Copies a file into an empty one inside the kernel, holes staying holes, blocks shared where the file system can.</summary>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static void Copy(SafeFileHandle from, SafeFileHandle to, long sizeBytes, CancellationToken ct)
    {
        long data = 0;
        while ((data = from.NextData(data, sizeBytes)) < sizeBytes)
        {
            long hole = Math.Min(from.NextHole(data), sizeBytes);
            while (data < hole)
            {
                ct.ThrowIfCancellationRequested();
                long copied = CopySome(from, to, data, hole - data);
                if (copied == 0)
                    break; // the file became shorter; whoever knows what it should be notices
                data += copied;
            }
            data = Math.Max(data, hole);
        }
        RandomAccess.SetLength(to, sizeBytes);
    }

    /// <summary>Copies a file into an empty one and returns the digest of what was copied. Blocks of zeros become holes.</summary>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static Digest CopyAndHash(SafeFileHandle from, SafeFileHandle to, CancellationToken ct)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long offset = 0;
            while (RandomAccess.Read(from, buffer, offset) is int count and not 0)
            {
                ct.ThrowIfCancellationRequested();
                hash.AppendData(buffer.AsSpan(0, count));
                WriteUnlessZero(to, buffer.AsSpan(0, count), offset);
                offset += count;
            }
            RandomAccess.SetLength(to, offset);
            return Finish(hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes a stream into an empty file. Blocks of zeros become holes.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static async Task WriteAsync(Stream from, SafeFileHandle to, CancellationToken ct)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long offset = 0;
            while (await from.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false) is int count and not 0)
            {
                WriteUnlessZero(to, buffer.AsSpan(0, count), offset);
                offset += count;
            }
            RandomAccess.SetLength(to, offset);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes a stream into an empty file and returns the digest and the length of what was written. Blocks of zeros become holes.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static async Task<(Digest Digest, long SizeBytes)> WriteAndHashAsync(Stream from, SafeFileHandle to, CancellationToken ct)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long offset = 0;
            while (await from.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false) is int count and not 0)
            {
                ct.ThrowIfCancellationRequested(); // a hole of an archive is read without waiting for anything
                hash.AppendData(buffer.AsSpan(0, count));
                WriteUnlessZero(to, buffer.AsSpan(0, count), offset);
                offset += count;
            }
            RandomAccess.SetLength(to, offset);
            return (Finish(hash), offset);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static long CopySome(SafeFileHandle from, SafeFileHandle to, long offset, long countBytes)
    {
        try
        {
            return from.CopyRangeTo(to, offset, countBytes);
        }
        catch (SystemCallException e) when (e.ErrorNumber is Errno.EXDEV or Errno.EINVAL or Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EPERM)
        {
            return CopyThroughMemory(from, to, offset, countBytes);
        }
    }

    private static int CopyThroughMemory(SafeFileHandle from, SafeFileHandle to, long offset, long countBytes)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int count = RandomAccess.Read(from, buffer.AsSpan(0, (int)Math.Min(buffer.Length, countBytes)), offset);
            RandomAccess.Write(to, buffer.AsSpan(0, count), offset);
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void WriteUnlessZero(SafeFileHandle to, ReadOnlySpan<byte> bytes, long offset)
    {
        if (bytes.Length < BufferBytes || bytes.ContainsAnyExcept((byte)0))
            RandomAccess.Write(to, bytes, offset);
    }

    private static Digest Finish(IncrementalHash hash)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(bytes);
        return Digest.FromSha256(bytes);
    }
}
