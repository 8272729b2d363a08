using System.Collections.Immutable;
using Caisson.Engine.Sources.Locking;

namespace Caisson.Engine;

/// <summary>A line of a lock file that is another one in a later version.</summary>
/// <param name="Subject">What it names.</param>
/// <param name="Before">What that was; null when it was not named.</param>
/// <param name="After">What it is; null when it is no longer named.</param>
public sealed record LockChange(string Subject, string? Before, string? After)
{
    /// <summary>What is different between two lock files.</summary>
    /// <param name="before">The text of the first; null when there was none.</param>
    /// <param name="after">The text of the second.</param>
    /// <exception cref="BuildException">One cannot be read.</exception>
    public static ImmutableArray<LockChange> Compare(string? before, string after)
    {
        Dictionary<string, string> old = ValuesOf(before ?? "");
        Dictionary<string, string> now = ValuesOf(after);
        return
        [
            .. old.Keys.Union(now.Keys).Order(StringComparer.Ordinal).Where(subject => old.GetValueOrDefault(subject) != now.GetValueOrDefault(subject))
                .Select(subject => new LockChange(subject, old.GetValueOrDefault(subject), now.GetValueOrDefault(subject))),
        ];
    }

    // What gave different answers within one build has several values.
    private static Dictionary<string, string> ValuesOf(string text) =>
        LockFile.Parse(text.Split('\n').Select(static l => l.TrimEnd('\r')), "the lock file").Entries.GroupBy(static e => e.Subject)
            .ToDictionary(static g => g.Key, static g => string.Join(" | ", g.Select(static e => e.Value)), StringComparer.Ordinal);
}
