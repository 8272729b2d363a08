using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Caisson.Engine.Vendoring;

/// <summary>A version of a module, as Go writes them: <c>v1.2.3</c>, <c>v1.2.3-rc.1</c>, <c>v2.0.0+incompatible</c>.</summary>
/// <remarks>semver.org 2.0.0, with the <c>v</c> that Go puts before it.</remarks>
internal sealed class SemanticVersion : IComparable<SemanticVersion>
{
    private const int MaxLength = 128;

    private readonly long _major;
    private readonly long _minor;
    private readonly long _patch;
    private readonly string[] _candidate;

    private SemanticVersion(string text, long[] numbers, string candidate)
    {
        Text = text;
        (_major, _minor, _patch) = (numbers[0], numbers[1], numbers[2]);
        _candidate = candidate.Length == 0 ? [] : candidate.Split('.');
    }

    /// <summary>The text, with <c>v</c>.</summary>
    public string Text { get; }

    /// <summary>Whether it comes before the release that it names.</summary>
    public bool IsCandidate => _candidate.Length > 0;

    /// <summary>Reads a version.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SemanticVersion? version)
    {
        version = null;
        if (text.Length is < 2 or > MaxLength || text[0] != 'v')
            return false;
        string plain = text[1..];
        int build = plain.IndexOf('+', StringComparison.Ordinal);
        if (build >= 0 && !AreIdentifiers(plain[(build + 1)..], allowsZeros: true))
            return false;
        plain = build < 0 ? plain : plain[..build];
        int dash = plain.IndexOf('-', StringComparison.Ordinal);
        string candidate = dash < 0 ? "" : plain[(dash + 1)..];
        if (dash >= 0 && !AreIdentifiers(candidate, allowsZeros: false))
            return false;
        string[] parts = (dash < 0 ? plain : plain[..dash]).Split('.');
        if (parts.Length != 3)
            return false;
        long[] numbers = new long[3];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!IsNumber(parts[i]) || !long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return false;
        }
        version = new SemanticVersion(text, numbers, candidate);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(SemanticVersion? other)
    {
        if (other is null)
            return 1;
        int order = (_major, _minor, _patch).CompareTo((other._major, other._minor, other._patch));
        if (order != 0 || IsCandidate != other.IsCandidate)
            return order != 0 ? order : IsCandidate ? -1 : 1;
        for (int i = 0; i < Math.Min(_candidate.Length, other._candidate.Length); i++)
        {
            if (CompareIdentifiers(_candidate[i], other._candidate[i]) is int different and not 0)
                return different;
        }
        return _candidate.Length.CompareTo(other._candidate.Length);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static int CompareIdentifiers(string left, string right)
    {
        bool isLeftNumber = left.All(char.IsAsciiDigit);
        bool isRightNumber = right.All(char.IsAsciiDigit);
        if (isLeftNumber != isRightNumber)
            return isLeftNumber ? -1 : 1;
        return isLeftNumber && left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right);
    }

    private static bool AreIdentifiers(string text, bool allowsZeros) =>
        text.Split('.').All(part => part.Length > 0 && part.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') && (allowsZeros || !part.All(char.IsAsciiDigit) || IsNumber(part)));

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0');
}
