using System.Security.Cryptography;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Contents;

/// <summary>Reads an archive that is to become a layer through, before anything is made of it.</summary>
public static class LayerCheck
{
    /// <summary>The diff ID of an uncompressed archive.</summary>
    /// <param name="archive">Read to its end and disposed.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="TarException">It holds what a layer must not, or is none.</exception>
    public static async Task<Digest> ReadAsync(Stream archive, CancellationToken ct)
    {
        HashedStream hashed = new(archive, IncrementalHash.CreateHash(HashAlgorithmName.SHA256));
        TarReader reader = new(hashed, TarReaderOptions.Layer with { RequireEndMarker = true });
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadNextAsync(ct).ConfigureAwait(false) is { } entry)
                Whiteouts.Parse(entry.Path, out _);
            return Digest.FromSha256(hashed.Finish());
        }
    }
}
