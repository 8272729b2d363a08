using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Caisson.Dockerfile.Syntax;

/// <summary>One option of <c>RUN --mount</c>.</summary>
/// <param name="Key">The name as written.</param>
/// <param name="Value">What follows <c>=</c>, unexpanded; null without <c>=</c>.</param>
public sealed record MountOption(Word Key, Word? Value)
{
    /// <summary>The name that matters, in lower case and with the short forms written out: <c>src</c> is <c>source</c>.</summary>
    public string Name { get; } = Names.TryGetValue(Key.Characters, out string? name) ? name : Key.Text.ToLowerInvariant();

    /// <summary>The names that there are, short forms included.</summary>
    internal static ImmutableArray<string> Known { get; } =
    [
        "type", "from", "source", "src", "target", "dst", "destination", "readonly", "ro", "readwrite", "rw",
        "id", "sharing", "required", "size", "mode", "uid", "gid", "env",
    ];

    /// <summary>True when a mount has an option of the name.</summary>
    internal bool IsKnown => Names.ContainsKey(Key.Characters);

    private static FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Names { get; } = Known
        .ToFrozenDictionary(static n => n, Whole, StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    private static string Whole(string name) => name switch
    {
        "src" => "source",
        "dst" or "destination" => "target",
        "ro" => "readonly",
        "rw" => "readwrite",
        _ => name,
    };
}
