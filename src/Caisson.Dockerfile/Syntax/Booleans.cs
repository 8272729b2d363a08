namespace Caisson.Dockerfile.Syntax;

/// <summary>The spellings of true and false that Go's <c>strconv.ParseBool</c> knows.</summary>
public static class Booleans
{
    /// <summary>Reads one; false when it is neither.</summary>
    public static bool TryParse(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }
}
