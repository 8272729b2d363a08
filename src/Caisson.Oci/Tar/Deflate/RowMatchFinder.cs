using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>Finds earlier occurrences of the bytes at a position: a hash table whose rows hold the 16 newest positions.</summary>
/// <remarks>
/// Beside every position stands one more byte of its hash, so that one vector comparison leaves out almost all positions
/// that do not match. Vector128 means the same on every processor, with or without vector instructions.
/// </remarks>
/// <param name="depth">The most candidates looked at for one position.</param>
/// <param name="niceLength">A match of this length ends the search; at most that of the longest match.</param>
internal sealed class RowMatchFinder(int depth, int niceLength)
{
    private const int RowEntries = 16;
    private const int RowBits = 11;
    private const int TagBits = 8;
    private const int HashedBytes = 4;
    private const uint HashFactor = 0x9E3779B1; // 2^32 divided by the golden ratio

    private readonly Row[] _rows = new Row[1 << RowBits];

    [InlineArray(RowEntries)]
    private struct Tags
    {
        private byte _first;
    }

    [InlineArray(RowEntries)]
    private struct Positions
    {
        private ushort _first;
    }

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Row
    {
        public Tags Tags;
        public Positions Positions;
        public int Newest;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Remember(byte tag, int position)
        {
            int newest = (Newest - 1) & (RowEntries - 1);
            Newest = newest;
            Tags[newest] = tag;
            Positions[newest] = (ushort)position;
        }
    }

    /// <summary>Forgets all positions.</summary>
    public void Clear() => Array.Clear(_rows);

    /// <summary>Remembers every <paramref name="step"/>th position in a range without searching.</summary>
    public void Insert(ReadOnlySpan<byte> data, int from, int to, int step)
    {
        Row[] rows = _rows;
        to = Math.Min(to, data.Length - HashedBytes + 1);
        for (int position = from; position < to; position += step)
        {
            uint hash = Hash(data, position);
            rows[hash >> TagBits].Remember((byte)hash, position);
        }
    }

    /// <summary>Searches for a match longer than <paramref name="atLeast"/> (3 or more), then remembers the position.</summary>
    /// <returns>The longest of the candidates looked at, the nearest of equally long ones.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Match Find(ReadOnlySpan<byte> data, int position, int atLeast)
    {
        if (data.Length - position <= atLeast)
            return default;
        uint hash = Hash(data, position);
        ref Row row = ref _rows[hash >> TagBits];
        uint hits = Vector128.Equals(Vector128.Create<byte>(row.Tags), Vector128.Create((byte)hash)).ExtractMostSignificantBits();
        Match match = hits == 0 ? default : Search(data, position, atLeast, in row, hits);
        row.Remember((byte)hash, position);
        return match;
    }

    private Match Search(ReadOnlySpan<byte> data, int position, int atLeast, ref readonly Row row, uint hits)
    {
        int newest = row.Newest;
        hits = ((hits | (hits << RowEntries)) >> newest) & 0xFFFF;
        int farthest = Math.Min(position, DeflateFormat.WindowBytes);
        int enough = Math.Min(niceLength, data.Length - position);
        int best = atLeast;
        int tries = depth;
        Match match = default;
        uint tail = DeflateBytes.Read32(data, position + best - 3);
        do
        {
            // Positions are kept modulo 65536: one of long ago may look near, which is harmless as the bytes are compared.
            int distance = (ushort)(position - row.Positions[(newest + BitOperations.TrailingZeroCount(hits)) & (RowEntries - 1)]);
            if ((uint)(distance - 1) >= (uint)farthest)
                break;
            hits &= hits - 1;
            if (DeflateBytes.Read32(data, position - distance + best - 3) != tail)
                continue;
            int length = DeflateBytes.CommonLength(data, position - distance, position);
            if (length <= best)
                continue;
            best = length;
            match = new Match(length, distance);
            if (length >= enough)
                break;
            tail = DeflateBytes.Read32(data, position + best - 3);
        }
        while (hits != 0 && --tries != 0);
        return match;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(ReadOnlySpan<byte> data, int position) =>
        (DeflateBytes.Read32(data, position) * HashFactor) >> (32 - RowBits - TagBits);
}
