using System.Collections.Frozen;

namespace Caisson.Dockerfile.Source;

/// <summary>Tells by the name of a variable whether its value is meant to be a secret.</summary>
public static class SecretNames
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> SecretWords =
        Words("apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> HarmlessWords = Words("public", "file", "version");

    /// <summary>Whether it is: a word of the name between underscores decides, in whatever case.</summary>
    public static bool Has(string name)
    {
        bool isSecret = false;
        foreach (Range part in name.AsSpan().Split('_'))
        {
            ReadOnlySpan<char> word = name.AsSpan()[part];
            if (HarmlessWords.Contains(word))
                return false;
            isSecret |= SecretWords.Contains(word);
        }
        return isSecret;
    }

    private static FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Words(params string[] words) =>
        words.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
}
