using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Imaging;

/// <summary>Writes the lists of layers that were worked out.</summary>
/// <param name="store">The layers on disk.</param>
/// <param name="work">For a list while it is being written.</param>
internal sealed class LayerLists(LayerStore store, WorkPlace work)
{
    /// <summary>Writes a list and makes the layer that it names.</summary>
    /// <remarks>
    /// A list on disk also tells which of several roots each file comes from (<see cref="FileEntry.Origin"/>), which is no part of its own
    /// name. Two copies of the same files from other places, or from the same places in another order, number their roots in their own way: they
    /// must not find each other's list.
    /// </remarks>
    /// <param name="entries">What the layer holds, in the order of a list.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="IOException">The list cannot be written.</exception>
    public LayerId Publish(IEnumerable<FileEntry> entries, CancellationToken ct)
    {
        string file = work.NewPath("list");
        try
        {
            using IncrementalHash origins = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Digest identity = Write(entries, file, origins, out int lastRoot, ct);
            LayerId id = LayerId.OfList(lastRoot <= 1 ? identity : Combine(identity, origins));
            store.PublishList(id, file);
            return id;
        }
        catch
        {
            File.Delete(file);
            throw;
        }
    }

    private static Digest Write(IEnumerable<FileEntry> entries, string file, IncrementalHash origins, out int lastRoot, CancellationToken ct)
    {
        Span<byte> origin = stackalloc byte[sizeof(int)];
        lastRoot = 0;
        using FileListWriter writer = new(file);
        foreach (FileEntry entry in entries)
        {
            ct.ThrowIfCancellationRequested();
            writer.Add(entry);
            BinaryPrimitives.WriteInt32LittleEndian(origin, entry.Origin);
            origins.AppendData(origin);
            lastRoot = Math.Max(lastRoot, entry.Origin);
        }
        return writer.Complete();
    }

    private static Digest Combine(Digest identity, IncrementalHash origins)
    {
        origins.AppendData(Encoding.UTF8.GetBytes(identity.Value));
        return Digest.FromSha256(origins.GetHashAndReset());
    }
}
