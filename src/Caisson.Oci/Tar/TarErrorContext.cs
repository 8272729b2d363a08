namespace Caisson.Oci.Tar;

/// <summary>Which entry is being read, for messages.</summary>
internal sealed class TarErrorContext
{
    private const int MaxNameBytes = 1024;

    private readonly byte[] _name = new byte[MaxNameBytes];
    private int _nameBytes;

    /// <summary>Where the header begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Goes on to the header at an offset.</summary>
    public void MoveTo(long offset)
    {
        Offset = offset;
        _nameBytes = 0;
    }

    /// <summary>Keeps the name as far as it is known; made into text only when something fails.</summary>
    public void SetName(ReadOnlySpan<byte> name)
    {
        _nameBytes = Math.Min(name.Length, _name.Length);
        name[.._nameBytes].CopyTo(_name);
    }

    /// <summary>What to throw.</summary>
    public TarException Fail(TarErrorKind kind, string fact) =>
        new(kind, fact, Offset, _nameBytes > 0 ? PathText.Decode(_name.AsSpan(0, _nameBytes)) : null);

    /// <summary>What to throw when the archive contradicts its format.</summary>
    public TarException Malformed(string fact) => Fail(TarErrorKind.Malformed, fact);

    /// <summary>What to throw when the archive ends too early.</summary>
    public TarException Truncated() => Fail(TarErrorKind.Truncated, "the archive ends inside the entry");

    /// <summary>Throws when a number is beyond a limit.</summary>
    public void Limit(long value, long limit, string what)
    {
        if (value > limit)
            throw Fail(TarErrorKind.LimitExceeded, $"{what} {value} is beyond the limit of {limit}");
    }
}
