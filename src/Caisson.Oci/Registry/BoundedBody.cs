namespace Caisson.Oci.Registry;

/// <summary>Reads answers that are held in memory, up to a limit.</summary>
internal static class BoundedBody
{
    private const int FirstBufferBytes = 16 << 10;

    /// <summary>The whole rest of a stream; null when there are more than <paramref name="maxBytes"/>.</summary>
    public static async Task<byte[]?> ReadAsync(Stream body, int maxBytes, CancellationToken ct)
    {
        byte[] buffer = new byte[Math.Min(maxBytes + 1, FirstBufferBytes)];
        int count = 0;
        while (true)
        {
            int read = await body.ReadAsync(buffer.AsMemory(count), ct).ConfigureAwait(false);
            count += read;
            if (read == 0)
                return buffer[..count];
            if (count > maxBytes)
                return null;
            if (count == buffer.Length)
                Array.Resize(ref buffer, Math.Min(maxBytes + 1, buffer.Length * 2));
        }
    }
}
