using System.Runtime.CompilerServices;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>A run of literals and the match that follows it, in one word. A length of 0 means that no match follows.</summary>
internal readonly struct Sequence
{
    private readonly ulong _packed;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Sequence(int literals, Match match) => _packed = ((ulong)(uint)literals << 32) | match.Packed;

    public int Literals => (int)(_packed >> 32);

    public Match Match => new((uint)_packed);
}
