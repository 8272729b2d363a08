namespace Caisson.Oci.Tar.Deflate;

/// <summary>How hard <see cref="LazyParser"/> tries.</summary>
/// <param name="Depth">The most candidates looked at for one position, 1 to 16.</param>
/// <param name="NiceLength">A match of this length is taken without looking at further candidates.</param>
/// <param name="LazyBelow">Matches shorter than this are given up for a longer one at the next position; 0 never.</param>
/// <param name="InsertStep">Inside a match every so many positions are remembered.</param>
internal sealed record LazySettings(int Depth, int NiceLength, int LazyBelow, int InsertStep);
