using System.Collections.Immutable;
using Caisson.Dockerfile.Source;

namespace Caisson.Engine;

/// <summary>The build arguments of a build as others may see them: without the values of those that are named like secrets, and those values nowhere else.</summary>
/// <param name="given">The arguments.</param>
public sealed class SecretArguments(IReadOnlyDictionary<string, string> given)
{
    // Shorter ones would be found in nearly everything.
    private const int MinLength = 4;
    private const string Stars = "***";

    // The longest first: one may be part of another.
    private readonly string[] _values =
    [
        .. given.Where(static a => SecretNames.Has(a.Key) && a.Value.Length >= MinLength).Select(static a => a.Value).Distinct(StringComparer.Ordinal)
            .OrderByDescending(static v => v.Length).ThenBy(static v => v, StringComparer.Ordinal),
    ];

    /// <summary>There are none.</summary>
    public static SecretArguments None { get; } = new(ImmutableDictionary<string, string>.Empty);

    /// <summary>The arguments, by name.</summary>
    public ImmutableSortedDictionary<string, string> Shown() => ImmutableSortedDictionary.CreateRange(
        StringComparer.Ordinal, given.Select(a => KeyValuePair.Create(a.Key, SecretNames.Has(a.Key) ? Stars : Mask(a.Value))));

    /// <summary>A text with stars in the place of secrets, and without the credentials of addresses.</summary>
    public string Mask(string text)
    {
        foreach (string value in _values)
            text = text.Replace(value, Stars, StringComparison.Ordinal);
        return AddressCredentials.Remove(text);
    }
}
