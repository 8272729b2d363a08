namespace Caisson.Oci.Tar;

/// <summary>A tar archive cannot be read on. The message is a fact: the entry, where it begins, and what is wrong.</summary>
public sealed class TarException : Exception
{
    private const int MaxShownName = 200;

    /// <summary>Says what is wrong with which entry.</summary>
    /// <param name="kind">Why the archive was refused.</param>
    /// <param name="fact">What is wrong, fit to follow "…: ".</param>
    /// <param name="offset">Where the header begins, counted from the beginning of the archive.</param>
    /// <param name="entryName">The entry's name as the archive has it, as far as it was known.</param>
    /// <param name="cause">What found it, when something else did.</param>
    public TarException(TarErrorKind kind, string fact, long offset, string? entryName = null, Exception? cause = null)
        : base($"tar entry {Quote(entryName)}at offset {offset}: {fact}", cause)
    {
        Kind = kind;
        Offset = offset;
        EntryName = entryName;
    }

    /// <summary>Why the archive was refused.</summary>
    public TarErrorKind Kind { get; }

    /// <summary>Where the header of the entry begins, counted from the beginning of the archive.</summary>
    public long Offset { get; }

    /// <summary>The entry's name as the archive has it; null when it is not known.</summary>
    public string? EntryName { get; }

    // Names come from strangers: what would move the cursor or end the line is shown as a number, and long ones are cut.
    private static string Quote(string? name) => name switch
    {
        null or "" => "",
        { Length: > MaxShownName } => $"\"{string.Concat(name.Take(MaxShownName).Select(Visible))}…\" ",
        _ => $"\"{string.Concat(name.Select(Visible))}\" ",
    };

    private static string Visible(char c) => char.IsControl(c) || char.IsSurrogate(c) || c == '"' ? $"\\u{(int)c:x4}" : c.ToString();
}
