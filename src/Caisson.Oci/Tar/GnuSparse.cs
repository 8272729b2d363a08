namespace Caisson.Oci.Tar;

/// <summary>Reads the maps of GNU tar's four ways to store a sparse file.</summary>
/// <remarks>GNU tar manual, appendix "Sparse Formats": old GNU, PAX 0.0, PAX 0.1, PAX 1.0.</remarks>
internal sealed class GnuSparse(TarInput input, TarReaderOptions options, TarErrorContext errors)
{
    private const int MaxDigits = 19;

    /// <summary>Old GNU: four parts in the header, then blocks of 21 while each says that another follows.</summary>
    public async ValueTask<List<long>> ReadOldMapAsync(TarHeaderBlock header, CancellationToken ct)
    {
        List<long> numbers = [];
        ReadOnlyMemory<byte> block = header.Bytes.ToArray();
        AddParts(block.Span[TarFormat.SparseEntriesOffset..], TarFormat.SparseEntries, numbers);
        bool continues = block.Span[TarFormat.SparseContinuesOffset] != 0;
        while (continues)
        {
            block = await input.ReadBlockAsync(ct).ConfigureAwait(false);
            if (block.Length < TarFormat.BlockBytes)
                throw errors.Truncated();
            AddParts(block.Span, TarFormat.ExtensionSparseEntries, numbers);
            continues = block.Span[TarFormat.ExtensionContinuesOffset] != 0;
        }
        return numbers;
    }

    /// <summary>PAX: the map stands in the PAX header (0.0 and 0.1), or before the data (1.0).</summary>
    /// <param name="attributes">What the PAX header says.</param>
    /// <param name="contentBytes">The bytes of map and data together.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <returns>Offsets and lengths in turn, and the bytes that the map took from the content.</returns>
    public ValueTask<(List<long> Numbers, long MapBytes)> ReadMapAsync(PaxAttributes attributes, long contentBytes, CancellationToken ct) =>
        (attributes.SparseMajor, attributes.SparseMinor) switch
        {
            (1, 0) => ReadContentMapAsync(contentBytes, ct),
            (null, null) or (0, 0 or 1) => ValueTask.FromResult((ReadHeaderMap(attributes), 0L)),
            _ => throw errors.Fail(TarErrorKind.Unsupported, $"the sparse format {attributes.SparseMajor}.{attributes.SparseMinor} is unknown"),
        };

    private List<long> ReadHeaderMap(PaxAttributes attributes)
    {
        List<long> numbers = [.. attributes.SparseNumbers];
        if (attributes.SparseMap is { } map)
        {
            foreach (Range range in map.AsSpan().Split((byte)','))
                numbers.Add(Number(map.AsSpan(range)));
        }
        errors.Limit(numbers.Count / 2, options.MaxSparseSegments, "the number of sparse segments");
        if (attributes.SparseCount is { } count && count != numbers.Count / 2)
            throw errors.Malformed("the sparse map has another number of parts than its header says");
        return numbers;
    }

    // Lines of digits that fill whole blocks: first how many parts follow, then their offsets and lengths.
    private async ValueTask<(List<long> Numbers, long MapBytes)> ReadContentMapAsync(long contentBytes, CancellationToken ct)
    {
        List<long> numbers = [];
        List<byte> digits = [];
        long expected = 1;
        long mapBytes = 0;
        while (numbers.Count < expected)
        {
            ReadOnlyMemory<byte> block = await input.ReadBlockAsync(ct).ConfigureAwait(false);
            mapBytes += TarFormat.BlockBytes;
            if (block.Length < TarFormat.BlockBytes)
                throw errors.Truncated();
            if (mapBytes > contentBytes)
                throw errors.Malformed("the sparse map is longer than the entry");
            AddLines(block.Span, digits, numbers, ref expected);
        }
        numbers.RemoveAt(0);
        return (numbers, mapBytes);
    }

    private void AddLines(ReadOnlySpan<byte> block, List<byte> digits, List<long> numbers, ref long expected)
    {
        foreach (byte b in block)
        {
            if (numbers.Count == expected)
                return;
            if (b != '\n')
            {
                digits.Add(b);
                if (digits.Count > MaxDigits)
                    throw errors.Malformed("the sparse map holds something that is no number");
                continue;
            }
            numbers.Add(Number(digits.ToArray()));
            digits.Clear();
            if (numbers.Count == 1)
            {
                errors.Limit(numbers[0], options.MaxSparseSegments, "the number of sparse segments");
                expected = 1 + (2 * numbers[0]);
            }
        }
    }

    private void AddParts(ReadOnlySpan<byte> parts, int count, List<long> numbers)
    {
        for (int i = 0; i < count && parts[i * TarFormat.SparseEntryBytes] != 0; i++)
        {
            ReadOnlySpan<byte> part = parts.Slice(i * TarFormat.SparseEntryBytes, TarFormat.SparseEntryBytes);
            if (!TarNumber.TryParseField(part[..12], out long offset) || !TarNumber.TryParseField(part[12..], out long length))
                throw errors.Malformed("the sparse map holds something that is no number");
            numbers.Add(offset);
            numbers.Add(length);
        }
        errors.Limit(numbers.Count / 2, options.MaxSparseSegments, "the number of sparse segments");
    }

    private long Number(ReadOnlySpan<byte> text) =>
        TarNumber.TryParseDecimal(text, out long value) ? value : throw errors.Malformed("the sparse map holds something that is no number");
}
