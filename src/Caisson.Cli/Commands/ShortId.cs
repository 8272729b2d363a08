namespace Caisson.Cli.Commands;

/// <summary>Ids of entries of the store, as long as people need them.</summary>
internal static class ShortId
{
    /// <summary>Digits that are shown of a long hexadecimal number.</summary>
    public const int Length = 12;

    /// <summary>The id with the number at its end cut off.</summary>
    public static string Of(string id)
    {
        int start = id.LastIndexOfAny([':', '-']) + 1;
        return id.Length - start > Length && id[start..].All(char.IsAsciiHexDigitLower) ? id[..(start + Length)] : id;
    }
}
