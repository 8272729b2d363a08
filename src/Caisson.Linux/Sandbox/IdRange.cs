using System.Collections.Immutable;
using System.Globalization;

namespace Caisson.Linux.Sandbox;

/// <summary>Ids that follow each other, and that are there in a user namespace.</summary>
/// <param name="First">The first of them, inside.</param>
/// <param name="Count">How many there are.</param>
/// <remarks>user_namespaces(7), "User and group ID mappings".</remarks>
internal readonly record struct IdRange(uint First, uint Count)
{
    /// <summary>Those of the user namespace that this process is in.</summary>
    /// <param name="file"><c>uid_map</c> or <c>gid_map</c>.</param>
    public static ImmutableArray<IdRange> OfThisProcess(string file) => Read(File.ReadAllText("/proc/self/" + file));

    /// <summary>Those of a map.</summary>
    public static ImmutableArray<IdRange> Read(string map)
    {
        ImmutableArray<IdRange>.Builder ranges = ImmutableArray.CreateBuilder<IdRange>();
        foreach (string line in map.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            ranges.Add(new IdRange(uint.Parse(fields[0], CultureInfo.InvariantCulture), uint.Parse(fields[2], CultureInfo.InvariantCulture)));
        }
        return ranges.ToImmutable();
    }

    /// <summary>The map of a user namespace below, in which every id is the one that it is here.</summary>
    public static string IdentityMap(ImmutableArray<IdRange> ranges) =>
        string.Concat(ranges.Select(static r => string.Create(CultureInfo.InvariantCulture, $"{r.First} {r.First} {r.Count}\n")));
}
