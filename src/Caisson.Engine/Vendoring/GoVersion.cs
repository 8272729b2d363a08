using System.Diagnostics.CodeAnalysis;

namespace Caisson.Engine.Vendoring;

/// <summary>A version of Go: of the language, as <c>go</c> lines have it, or of a toolchain.</summary>
/// <remarks>Go 1.21 toolchains, "Go versions": 1.21 &lt; 1.21rc1 &lt; 1.21.0 &lt; 1.21.1. Before 1.21 the release 1.N is 1.N.0, and 1.Nrc1 is before it.</remarks>
internal sealed class GoVersion : IComparable<GoVersion>
{
    private const int MaxLength = 64;
    private const int MaxDigits = 9;
    private const int FirstWithPatchZero = 21;
    private const string Prefix = "go";

    private readonly int _major;
    private readonly int _minor;
    private readonly int _patch; // -1 for none
    private readonly string _kind; // "alpha", "beta", "rc", or empty
    private readonly int _candidate;
    private readonly string _text;

    private GoVersion(string text, (int Major, int Minor, int Patch) numbers, string kind, int candidate)
    {
        _text = text;
        (_major, _minor, _patch) = numbers;
        _kind = kind;
        _candidate = candidate;
    }

    /// <summary>The first toolchain that refuses what says that it needs a newer one, and that knows the <c>toolchain</c> line.</summary>
    public static GoVersion FirstStrict { get; } = Parse("1.21rc1");

    /// <summary>The version as toolchains are named: <c>go1.15.9</c>.</summary>
    public string ToolchainName => Prefix + _text;

    /// <summary>Reads a version: <c>1.15</c>, <c>1.15.9</c>, <c>1.21rc1</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GoVersion? version)
    {
        version = null;
        if (text.Length is 0 or > MaxLength)
            return false;
        int at = 0;
        if (!TryReadNumber(text, ref at, out int major))
            return false;
        int minor = 0;
        int patch = -1;
        string kind = "";
        int candidate = 0;
        if (at < text.Length && (!TryReadDot(text, ref at) || !TryReadNumber(text, ref at, out minor)))
            return false;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            if (!TryReadNumber(text, ref at, out patch))
                return false;
        }
        else if (at < text.Length)
        {
            int start = at;
            while (at < text.Length && char.IsAsciiLetterLower(text[at]))
                at++;
            kind = text[start..at];
            if (kind is not ("alpha" or "beta" or "rc") || !TryReadNumber(text, ref at, out candidate))
                return false;
        }
        else if (major == 1 && minor < FirstWithPatchZero)
        {
            patch = 0;
        }
        if (at != text.Length)
            return false;
        version = new GoVersion(text, (major, minor, patch), kind, candidate);
        return true;
    }

    /// <summary>Reads a toolchain's name, with or without <c>go</c> before it, and with what distributions and builders put behind it: <c>go1.15.9~rc1-2</c>, <c>go1.21.5 X:boringcrypto</c>.</summary>
    public static bool TryParseToolchain(string text, [NotNullWhen(true)] out GoVersion? version)
    {
        string name = text.Trim();
        if (name.StartsWith(Prefix, StringComparison.Ordinal))
            name = name[Prefix.Length..];
        int end = name.IndexOfAny(['-', '+', '~', ' ', '\t', '\n']);
        return TryParse(end < 0 ? name : name[..end], out version);
    }

    /// <summary>Whether a toolchain of this version supports what says that it needs another.</summary>
    public bool Supports(GoVersion needed) => CompareTo(needed) >= 0;

    /// <inheritdoc/>
    public int CompareTo(GoVersion? other)
    {
        if (other is null)
            return 1;
        int order = (_major, _minor, _patch).CompareTo((other._major, other._minor, other._patch));
        if (order == 0)
            order = string.CompareOrdinal(_kind, other._kind);
        return order == 0 ? _candidate.CompareTo(other._candidate) : order;
    }

    /// <summary>The text that was read.</summary>
    public override string ToString() => _text;

    private static GoVersion Parse(string text) => TryParse(text, out GoVersion? version) ? version : throw new ArgumentException(text, nameof(text));

    private static bool TryReadDot(string text, ref int at) => text[at++] == '.';

    // As Go has it: no leading zeros.
    private static bool TryReadNumber(string text, ref int at, out int number)
    {
        int start = at;
        number = 0;
        while (at < text.Length && char.IsAsciiDigit(text[at]) && at - start < MaxDigits)
            number = (number * 10) + (text[at++] - '0');
        return at > start && (at == start + 1 || text[start] != '0');
    }
}
