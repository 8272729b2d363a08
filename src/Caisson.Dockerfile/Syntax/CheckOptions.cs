using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Caisson.Dockerfile.Syntax;

/// <summary>What <c># check=</c> says about the checks of a file or of one instruction.</summary>
public sealed record CheckOptions
{
    /// <summary>Nothing said.</summary>
    public static CheckOptions None { get; } = new();

    /// <summary>True when no check is wanted.</summary>
    public bool SkipsAll { get; init; }

    /// <summary>Names of checks that are not wanted, in the order written.</summary>
    public ImmutableArray<string> Skipped { get; init; } = [];

    /// <summary>True when every experimental check is wanted.</summary>
    public bool WantsAllExperimental { get; init; }

    /// <summary>Names of the experimental checks that are wanted, in the order written.</summary>
    public ImmutableArray<string> Experimental { get; init; } = [];

    /// <summary>True when a finding fails the build.</summary>
    public bool FailsOnFinding { get; init; }

    /// <summary>Reads <c>skip=A,B;error=true;experimental=all</c>; false, with the reason, when the text is something else.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CheckOptions? options, [NotNullWhen(false)] out string? problem)
    {
        CheckOptions read = None;
        problem = null;
        foreach (string part in text.Split(';', 3).Where(_ => text.AsSpan().Trim().Length > 0))
            problem ??= Read(part, ref read);
        options = problem is null ? read : null;
        return problem is null;
    }

    /// <summary>These options with what <paramref name="other"/> adds for one instruction.</summary>
    public CheckOptions With(CheckOptions other) => this with
    {
        SkipsAll = SkipsAll || other.SkipsAll,
        Skipped = Skipped.AddRange(other.Skipped),
        WantsAllExperimental = WantsAllExperimental || other.WantsAllExperimental,
        Experimental = Experimental.AddRange(other.Experimental),
    };

    private static string? Read(string part, ref CheckOptions options)
    {
        int equals = part.IndexOf('=', StringComparison.Ordinal);
        string key = equals < 0 ? part.Trim() : part[..equals].Trim();
        string value = equals < 0 ? "" : part[(equals + 1)..].Trim();
        switch (key)
        {
            case "skip" when equals >= 0:
                options = value == "all" ? options with { SkipsAll = true } : options with { Skipped = Names(value) };
                return null;
            case "experimental" when equals >= 0:
                options = value == "all" ? options with { WantsAllExperimental = true } : options with { Experimental = Names(value) };
                return null;
            case "error" when Booleans.TryParse(value, out bool fails):
                options = options with { FailsOnFinding = fails };
                return null;
            case "error":
                return $"error takes true or false, not {Source.Quoted.Of(value)}";
            default:
                return $"{Source.Quoted.Of(key)} is none of skip=…, error=… and experimental=…";
        }
    }

    private static ImmutableArray<string> Names(string value) => [.. value.Split(',', StringSplitOptions.TrimEntries)];
}
