using System.Text.RegularExpressions;

namespace Caisson.Dockerfile.Source;

/// <summary>User names and passwords in addresses (<c>https://user:password@host</c>): no text that people read shows them.</summary>
public static partial class AddressCredentials
{
    /// <summary>The text without them.</summary>
    public static string Remove(string text) => Credentials().Replace(text, "");

    /// <summary>The text with stars in their place, as long as before.</summary>
    public static string Mask(string text) => Credentials().Replace(text, static m => new string('*', m.Length - 1) + "@");

    // Bounded on both sides by what cannot stand in them, so that it is read once.
    [GeneratedRegex("(?<=[A-Za-z0-9]://)[^/?#@:\\s]*:[^/?#\\s]*@")]
    private static partial Regex Credentials();
}
