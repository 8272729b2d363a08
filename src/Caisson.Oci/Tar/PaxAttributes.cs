using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Caisson.Oci.Tar;

/// <summary>What the PAX headers before an entry say about it. Null means that they say nothing, and the entry's own header counts.</summary>
/// <remarks>POSIX.1-2017, pax, "pax Extended Header"; star(5) for SCHILY.xattr; GNU tar manual, "Sparse Formats".</remarks>
internal sealed class PaxAttributes(TarReaderOptions options, TarErrorContext errors)
{
    private const string SparseOffsetKey = "GNU.sparse.offset";
    private const string SparseLengthKey = "GNU.sparse.numbytes";

    private static readonly FrozenDictionary<string, Action<PaxAttributes, byte[]?>> Texts = new Dictionary<string, Action<PaxAttributes, byte[]?>>
    {
        [TarFormat.PaxPath] = static (attributes, value) => attributes.Path = value,
        [TarFormat.PaxLinkPath] = static (attributes, value) => attributes.LinkPath = value,
        ["GNU.sparse.name"] = static (attributes, value) => attributes.SparseName = value,
        ["GNU.sparse.map"] = static (attributes, value) => attributes.SparseMap = value,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Action<PaxAttributes, long?>> Numbers = new Dictionary<string, Action<PaxAttributes, long?>>
    {
        [TarFormat.PaxSize] = static (attributes, value) => attributes.Size = value,
        [TarFormat.PaxUid] = static (attributes, value) => attributes.Uid = value,
        [TarFormat.PaxGid] = static (attributes, value) => attributes.Gid = value,
        ["GNU.sparse.major"] = static (attributes, value) => attributes.SparseMajor = value,
        ["GNU.sparse.minor"] = static (attributes, value) => attributes.SparseMinor = value,
        ["GNU.sparse.size"] = static (attributes, value) => attributes.SparseRealSize = value,
        ["GNU.sparse.realsize"] = static (attributes, value) => attributes.SparseRealSize = value,
        ["GNU.sparse.numblocks"] = static (attributes, value) => attributes.SparseCount = value,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly Dictionary<string, ImmutableArray<byte>> _xattrs = new(StringComparer.Ordinal);
    private long _xattrBytes;

    public byte[]? Path { get; private set; }

    public byte[]? LinkPath { get; private set; }

    public long? Size { get; private set; }

    public long? Uid { get; private set; }

    public long? Gid { get; private set; }

    public (long Seconds, int Nanoseconds)? Modified { get; private set; }

    public byte[]? SparseName { get; private set; }

    public long? SparseRealSize { get; private set; }

    public long? SparseMajor { get; private set; }

    public long? SparseMinor { get; private set; }

    public long? SparseCount { get; private set; }

    /// <summary>The map of version 0.1: offsets and lengths in turn, divided by commas.</summary>
    public byte[]? SparseMap { get; private set; }

    /// <summary>The map of version 0.0: offsets and lengths in turn, each from a record of its own.</summary>
    public List<long> SparseNumbers { get; } = [];

    /// <summary>Whether they are those of a sparse file.</summary>
    public bool IsSparse => SparseMajor is not null || SparseMap is not null || SparseCount is not null || SparseNumbers.Count > 0;

    /// <summary>The extended attributes.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<byte>> Xattrs =>
        _xattrs.Count == 0 ? TarEntry.NoXattrs : _xattrs.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>
    /// A copy for one entry, for global attributes. Names and sizes cannot be those of many entries and are left behind, as
    /// other readers do too.
    /// </summary>
    public PaxAttributes ForEntry()
    {
        PaxAttributes copy = new(options, errors) { Uid = Uid, Gid = Gid, Modified = Modified, _xattrBytes = _xattrBytes };
        foreach ((string name, ImmutableArray<byte> value) in _xattrs)
            copy._xattrs.Add(name, value);
        return copy;
    }

    /// <summary>Takes all records of a header: "length key=value\n", the length counting itself.</summary>
    /// <exception cref="TarException">The header is no sequence of records, or a value is none.</exception>
    public void Read(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            int space = records.IndexOf((byte)' ');
            if (space < 0 || !TarNumber.TryParseDecimal(records[..space], out long length) || length > records.Length || length < space + 4)
                throw errors.Malformed("a PAX record has a wrong length");
            ReadOnlySpan<byte> record = records[(space + 1)..(int)length];
            int equals = record.IndexOf((byte)'=');
            if (equals <= 0 || record[^1] != '\n')
                throw errors.Malformed("a PAX record is not of the form key=value");
            Set(PathText.Decode(record[..equals]), record[(equals + 1)..^1]);
            records = records[(int)length..];
        }
    }

    // An empty value forgets what an earlier header said.
    private void Set(string key, ReadOnlySpan<byte> value)
    {
        if (key.StartsWith(TarFormat.PaxXattrPrefix, StringComparison.Ordinal))
            SetXattr(key[TarFormat.PaxXattrPrefix.Length..], value);
        else if (Texts.TryGetValue(key, out Action<PaxAttributes, byte[]?>? setText))
            setText(this, value.IsEmpty ? null : value.ToArray());
        else if (Numbers.TryGetValue(key, out Action<PaxAttributes, long?>? setNumber))
            setNumber(this, value.IsEmpty ? null : Number(key, value));
        else if (key == TarFormat.PaxModified)
            SetModified(value);
        else if (key is SparseOffsetKey or SparseLengthKey)
            AddSparseNumber(key, value);
    }

    private long Number(string key, ReadOnlySpan<byte> value) =>
        TarNumber.TryParseDecimal(value, out long number) ? number : throw WrongValue(key);

    private TarException WrongValue(string key) => errors.Malformed($"the PAX record {key} has a wrong value");

    private void SetXattr(string name, ReadOnlySpan<byte> value)
    {
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
            throw errors.Malformed("an extended attribute has a wrong name");
        _xattrBytes += PathText.GetByteCount(name) + value.Length;
        if (_xattrs.TryGetValue(name, out ImmutableArray<byte> old))
            _xattrBytes -= PathText.GetByteCount(name) + old.Length;
        errors.Limit(_xattrBytes, options.MaxXattrBytes, "the size of the extended attributes");
        _xattrs[name] = [.. value];
    }

    private void SetModified(ReadOnlySpan<byte> value)
    {
        Modified = null;
        if (value.IsEmpty)
            return;
        if (!TarNumber.TryParseTime(value, out long seconds, out int nanoseconds))
            throw WrongValue(TarFormat.PaxModified);
        Modified = (seconds, nanoseconds);
    }

    private void AddSparseNumber(string key, ReadOnlySpan<byte> value)
    {
        if (key == SparseOffsetKey != (SparseNumbers.Count % 2 == 0))
            throw errors.Malformed("the offsets and lengths of the sparse map do not take turns");
        errors.Limit((SparseNumbers.Count / 2) + 1, options.MaxSparseSegments, "the number of sparse segments");
        SparseNumbers.Add(Number(key, value));
    }
}
