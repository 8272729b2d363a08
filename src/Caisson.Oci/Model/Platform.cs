using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Caisson.Oci.Model;

/// <summary>The operating system and processor that an image is for, in the spelling of Go's GOOS and GOARCH.</summary>
/// <remarks>image-spec v1.1.1, image-index.md, "platform" property. Always normalised: see <see cref="Normalize"/>.</remarks>
public sealed record Platform
{
    private static readonly SearchValues<char> AllowedCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    private static readonly Dictionary<string, (string Architecture, string? Variant)> Aliases = new(StringComparer.Ordinal)
    {
        ["x86_64"] = ("amd64", null),
        ["x86-64"] = ("amd64", null),
        ["aarch64"] = ("arm64", null),
        ["armhf"] = ("arm", "v7"),
        ["armel"] = ("arm", "v6"),
        ["i386"] = ("386", null),
        ["i686"] = ("386", null),
    };

    // GOARCH of the ports of Linux: https://go.dev/doc/install/source#environment
    private static readonly ImmutableHashSet<string> KnownArchitectures =
        ["386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64", "s390x"];

    /// <summary>linux/amd64.</summary>
    public static Platform LinuxAmd64 { get; } = new() { Os = "linux", Architecture = "amd64" };

    /// <summary>linux/arm64.</summary>
    public static Platform LinuxArm64 { get; } = new() { Os = "linux", Architecture = "arm64" };

    /// <summary>The processor architecture (GOARCH).</summary>
    public required string Architecture { get; init; }

    /// <summary>The operating system (GOOS).</summary>
    public required string Os { get; init; }

    /// <summary>The least operating system version, for Windows images.</summary>
    public string? OsVersion { get; init; }

    /// <summary>Operating system features that the image needs.</summary>
    public ImmutableArray<string>? OsFeatures { get; init; }

    /// <summary>The processor variant, for example <c>v7</c>; null where the architecture has one form only.</summary>
    public string? Variant { get; init; }

    /// <summary>Reads <c>os/arch[/variant]</c>; a known architecture alone means Linux.</summary>
    /// <exception cref="FormatException">The text names no platform.</exception>
    public static Platform Parse(string text) =>
        TryParse(text, out Platform? platform) ? platform : throw new FormatException($"\"{text}\" is not a platform such as linux/amd64 or linux/arm/v7");

    /// <summary>Reads <c>os/arch[/variant]</c>; false when the text names no platform.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Platform? platform)
    {
        platform = null;
        string[] parts = (text ?? "").Split('/');
        if (parts.Length > 3 || parts.Any(static p => p.Length == 0 || p.AsSpan().ContainsAnyExcept(AllowedCharacters)))
            return false;
        platform = parts switch
        {
            [string architecture] => new Platform { Os = "linux", Architecture = architecture },
            [string os, string architecture] => new Platform { Os = os, Architecture = architecture },
            _ => new Platform { Os = parts[0], Architecture = parts[1], Variant = parts[2] },
        };
        platform = platform.Normalize();
        if (parts.Length == 1 && !KnownArchitectures.Contains(platform.Architecture))
            platform = null;
        return platform is not null;
    }

    /// <summary>The same platform in canonical spelling: lower case, aliases resolved, default variants written one way.</summary>
    public Platform Normalize()
    {
        string architecture = Architecture.ToLowerInvariant();
        string? variant = string.IsNullOrEmpty(Variant) ? null : Variant.ToLowerInvariant();
        if (Aliases.TryGetValue(architecture, out (string Architecture, string? Variant) alias))
        {
            architecture = alias.Architecture;
            variant ??= alias.Variant;
        }
        variant = (architecture, variant) switch
        {
            ("arm64", "v8" or "8") => null,
            ("amd64", "v1") => null,
            ("arm", null) => "v7",
            ("arm", "5" or "6" or "7" or "8") => "v" + variant,
            _ => variant,
        };
        return this with { Os = Os.ToLowerInvariant(), Architecture = architecture, Variant = variant };
    }

    /// <summary>Whether an image for <paramref name="offered"/> can run here: same system and processor, and a variant no newer than ours.</summary>
    public bool Accepts(Platform offered)
    {
        Platform ours = Normalize();
        Platform theirs = offered.Normalize();
        if (ours.Os != theirs.Os || ours.Architecture != theirs.Architecture)
            return false;
        if (ours.Variant == theirs.Variant || theirs.Variant is null)
            return true;
        return ours.Architecture is "arm" or "amd64" && string.CompareOrdinal(theirs.Variant, ours.Variant ?? "v1") <= 0;
    }

    /// <inheritdoc/>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
