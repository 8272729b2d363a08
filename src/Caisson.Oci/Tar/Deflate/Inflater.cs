using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Caisson.Oci.Tar.Deflate;

/// <summary>Decodes DEFLATE data that stands in memory, piece by piece.</summary>
/// <remarks>
/// RFC 1951. Reads and writes no stream. Written here because .NET's reports a truncated stream as its end (the check is
/// behind a switch of the whole process) and does not tell where the data ends.
/// </remarks>
internal sealed class Inflater
{
    /// <summary>The buffered input that <see cref="Decode"/> needs to advance, unless it is the last: no block header is longer.</summary>
    public const int NeededBytes = 1024;

    private const int OutputBytes = 128 * 1024;
    private const int CopySlack = 8;
    private const int ReadAhead = 16; // two refills of a symbol
    private const int LiteralBits = 11;
    private const int DistanceBits = 8;
    private const int LengthCodeBits = 7;
    private const uint LiteralMask = (1 << LiteralBits) - 1;
    private const uint NotPlain = InflateTable.EndOfBlock | InflateTable.Continues | InflateTable.Invalid;
    private const uint DistanceMask = (1 << DistanceBits) - 1;

    private static readonly (InflateTable Literals, InflateTable Distances) Fixed = MakeFixedTables();

    private readonly InflateTable _dynamicLiterals = new(LiteralBits, InflateTable.LiteralPayloads);
    private readonly InflateTable _dynamicDistances = new(DistanceBits, InflateTable.DistancePayloads);
    private readonly InflateTable _lengthCode = new(LengthCodeBits, InflateTable.LengthCodePayloads);
    private readonly byte[] _output = new byte[OutputBytes + DeflateFormat.MaxMatch + CopySlack];
    private InflateTable _literals = Fixed.Literals;
    private InflateTable _distances = Fixed.Distances;
    private int _taken;
    private int _written;
    private int _historyStart;
    private int _storedBytes;
    private State _state;
    private bool _isLastBlock;

    private enum State
    {
        BlockHeader,
        Stored,
        Codes,
        Finished,
    }

    /// <summary>Whether the last block has been decoded. The input then stands behind it, at a whole byte.</summary>
    public bool IsFinished => _state == State.Finished;

    /// <summary>What was decoded and not yet taken.</summary>
    public ReadOnlySpan<byte> Pending => _output.AsSpan(_taken, _written - _taken);

    /// <summary>Starts anew with no history.</summary>
    public void Restart()
    {
        _historyStart = _written;
        _isLastBlock = false;
        _state = State.BlockHeader;
    }

    /// <summary>Takes decoded bytes from the front of <see cref="Pending"/>.</summary>
    public void Take(int count) => _taken += count;

    /// <summary>Decodes until the output is full, the input runs low, or the data ends. Only when nothing is pending.</summary>
    /// <exception cref="InvalidDataException">The data is no DEFLATE data, or ends too early.</exception>
    public void Decode(ref InflateInput input)
    {
        MakeRoom();
        while (_written < OutputBytes && !IsFinished && (input.IsLast || input.Available >= NeededBytes))
        {
            if (_state == State.BlockHeader)
                StartBlock(ref input);
            else if (_state == State.Stored)
                CopyStored(ref input);
            else
                DecodeSymbols(ref input);
            if (input.IsOverrun)
                throw EndsEarly();
        }
    }

    private static (InflateTable Literals, InflateTable Distances) MakeFixedTables()
    {
        InflateTable literals = new(LiteralBits, InflateTable.LiteralPayloads);
        InflateTable distances = new(DistanceBits, InflateTable.DistancePayloads);
        byte[] distanceLengths = new byte[32];
        Array.Fill(distanceLengths, (byte)5);
        literals.TryBuild(DeflateFormat.FixedLiteralLengths());
        distances.TryBuild(distanceLengths);
        return (literals, distances);
    }

    // Zero bits stand for what is missing at the end, and mean something wrong sooner or later.
    private static InvalidDataException Broken(in InflateInput input, string what) =>
        input.IsOverrun ? EndsEarly() : new InvalidDataException($"the compressed data is broken: {what}");

    private static InvalidDataException EndsEarly() => new("the compressed data ends too early");

    // Keeps the last 32 KiB as history and frees the rest of the buffer.
    private void MakeRoom()
    {
        int drop = _written - DeflateFormat.WindowBytes;
        if (drop < OutputBytes / 2)
            return;
        _output.AsSpan(drop, DeflateFormat.WindowBytes).CopyTo(_output);
        _written -= drop;
        _taken -= drop;
        _historyStart = Math.Max(0, _historyStart - drop);
    }

    private void StartBlock(ref InflateInput input)
    {
        if (_isLastBlock)
        {
            input.Align();
            _state = State.Finished;
            return;
        }
        input.Refill();
        _isLastBlock = input.Take(1) == 1;
        switch (input.Take(2))
        {
            case 0:
                StartStored(ref input);
                break;
            case 1:
                (_literals, _distances) = Fixed;
                _state = State.Codes;
                break;
            case 2:
                ReadCodes(ref input);
                (_literals, _distances) = (_dynamicLiterals, _dynamicDistances);
                _state = State.Codes;
                break;
            default:
                throw Broken(in input, "a block of unknown type");
        }
    }

    private void StartStored(ref InflateInput input)
    {
        input.Align();
        input.Refill();
        int length = input.Take(16);
        if (input.Take(16) != (~length & 0xFFFF))
            throw Broken(in input, "the length of a stored block contradicts its complement");
        input.Align();
        _storedBytes = length;
        _state = State.Stored;
    }

    private void CopyStored(ref InflateInput input)
    {
        ReadOnlySpan<byte> bytes = input.TakeBytes(Math.Min(_storedBytes, OutputBytes - _written));
        if (bytes.IsEmpty && _storedBytes > 0)
            throw EndsEarly();
        bytes.CopyTo(_output.AsSpan(_written));
        _written += bytes.Length;
        _storedBytes -= bytes.Length;
        if (_storedBytes == 0)
            _state = State.BlockHeader;
    }

    // RFC 1951, section 3.2.7.
    private void ReadCodes(ref InflateInput input)
    {
        int literals = input.Take(5) + 257;
        int distances = input.Take(5) + 1;
        int lengthCodes = input.Take(4) + 4;
        if (literals > DeflateFormat.LiteralSymbols || distances > DeflateFormat.DistanceSymbols)
            throw Broken(in input, "too many symbols");
        Span<byte> lengths = stackalloc byte[DeflateFormat.LiteralSymbols + DeflateFormat.DistanceSymbols];
        Span<byte> codeLengths = stackalloc byte[DeflateFormat.LengthCodeSymbols];
        codeLengths.Clear();
        for (int i = 0; i < lengthCodes; i++)
        {
            input.Refill();
            codeLengths[DeflateFormat.LengthCodeOrder[i]] = (byte)input.Take(3);
        }
        if (!_lengthCode.TryBuild(codeLengths))
            throw Broken(in input, "the code of the code lengths is no code");
        ReadLengths(ref input, lengths[..(literals + distances)]);
        if (lengths[DeflateFormat.EndOfBlock] == 0)
            throw Broken(in input, "a block that cannot end");
        if (!_dynamicLiterals.TryBuild(lengths[..literals]) || !_dynamicDistances.TryBuild(lengths.Slice(literals, distances)))
            throw Broken(in input, "the lengths of a code are those of no code");
    }

    private void ReadLengths(ref InflateInput input, Span<byte> lengths)
    {
        for (int i = 0; i < lengths.Length;)
        {
            input.Refill();
            uint entry = _lengthCode.Look(input.Cursor.Bits, (1 << LengthCodeBits) - 1);
            if ((entry & InflateTable.Invalid) != 0)
                throw Broken(in input, "an unknown code among the code lengths");
            input.Cursor.Drop(InflateTable.BitsOf(entry));
            int symbol = InflateTable.ValueOf(entry);
            int repeat = symbol switch
            {
                16 => 3 + input.Take(2),
                17 => 3 + input.Take(3),
                18 => 11 + input.Take(7),
                _ => 1,
            };
            if (repeat > lengths.Length - i || (symbol == 16 && i == 0))
                throw Broken(in input, "a repeated code length that does not fit");
            lengths.Slice(i, repeat).Fill((byte)(symbol switch { 16 => lengths[i - 1], > 16 => 0, _ => symbol }));
            i += repeat;
        }
    }

    private void DecodeSymbols(ref InflateInput input)
    {
        while (_state == State.Codes && _written < OutputBytes && (input.Available >= ReadAhead || input.IsLast) && !input.IsOverrun)
        {
            DecodePlainSymbols(ref input);
            if (_written < OutputBytes && (input.Available >= ReadAhead || input.IsLast))
                DecodeSymbol(ref input);
        }
    }

    // Literals and matches with short codes, while input and room are plenty. Stops before anything else.
    private void DecodePlainSymbols(ref InflateInput input)
    {
        BitCursor cursor = input.Cursor;
        ReadOnlySpan<byte> bytes = input.Buffered;
        Span<byte> output = _output;
        InflateTable literals = _literals;
        InflateTable distances = _distances;
        int lastPosition = bytes.Length - ReadAhead;
        int written = _written;
        while (written < OutputBytes && cursor.Position <= lastPosition)
        {
            cursor.Refill(bytes);
            uint entry = literals.Look(cursor.Bits, LiteralMask);
            if ((entry & InflateTable.Literal) != 0)
            {
                cursor.Drop(InflateTable.BitsOf(entry));
                output[written++] = (byte)InflateTable.ValueOf(entry);
                entry = literals.Look(cursor.Bits, LiteralMask);
                if ((entry & InflateTable.Literal) != 0)
                {
                    cursor.Drop(InflateTable.BitsOf(entry));
                    output[written++] = (byte)InflateTable.ValueOf(entry);
                    continue;
                }
                cursor.Refill(bytes);
            }
            BitCursor symbol = cursor;
            if ((entry & NotPlain) != 0)
                break;
            cursor.Drop(InflateTable.BitsOf(entry));
            int length = InflateTable.ValueOf(entry) + cursor.Take(InflateTable.ExtraBitsOf(entry));
            entry = distances.Look(cursor.Bits, DistanceMask);
            cursor.Drop(InflateTable.BitsOf(entry));
            int distance = InflateTable.ValueOf(entry) + cursor.Take(InflateTable.ExtraBitsOf(entry));
            if ((entry & NotPlain) != 0 || distance > written - _historyStart)
            {
                cursor = symbol;
                break;
            }
            Copy(output, written - distance, written, length);
            written += length;
        }
        _written = written;
        input.Cursor = cursor;
    }

    // Any one symbol.
    private void DecodeSymbol(ref InflateInput input)
    {
        input.Refill();
        uint entry = Resolve(_literals, LiteralMask, ref input);
        if ((entry & InflateTable.Literal) != 0)
        {
            _output[_written++] = (byte)InflateTable.ValueOf(entry);
            return;
        }
        if ((entry & InflateTable.EndOfBlock) != 0)
        {
            _state = State.BlockHeader;
            return;
        }
        int length = InflateTable.ValueOf(entry) + input.Take(InflateTable.ExtraBitsOf(entry));
        entry = Resolve(_distances, DistanceMask, ref input);
        int distance = InflateTable.ValueOf(entry) + input.Take(InflateTable.ExtraBitsOf(entry));
        if (distance > _written - _historyStart)
            throw Broken(in input, "a match that reaches back before the beginning");
        Copy(_output, _written - distance, _written, length);
        _written += length;
    }

    private static uint Resolve(InflateTable table, uint mask, ref InflateInput input)
    {
        uint entry = table.Look(input.Cursor.Bits, mask);
        input.Cursor.Drop(InflateTable.BitsOf(entry));
        if ((entry & InflateTable.Continues) != 0)
        {
            entry = table.Continue(entry, input.Cursor.Bits);
            input.Cursor.Drop(InflateTable.BitsOf(entry));
        }
        return (entry & InflateTable.Invalid) == 0 ? entry : throw Broken(in input, "an unknown code");
    }

    // May write up to seven bytes too many, which the next symbol overwrites.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(Span<byte> output, int from, int to, int length)
    {
        if (to - from >= 8)
        {
            for (int i = 0; i < length; i += 8)
                BinaryPrimitives.WriteUInt64LittleEndian(output.Slice(to + i, 8), DeflateBytes.Read64(output, from + i));
            return;
        }
        if (to - from == 1)
        {
            output.Slice(to, length).Fill(output[from]);
            return;
        }
        for (int i = 0; i < length; i++)
            output[to + i] = output[from + i];
    }
}
