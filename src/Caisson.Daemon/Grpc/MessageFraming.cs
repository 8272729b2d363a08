using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;

namespace Caisson.Daemon.Grpc;

/// <summary>Messages on a stream of bytes: each after one byte that says whether it is compressed and four that say how long it is.</summary>
/// <remarks>gRPC over HTTP/2, "Length-Prefixed-Message".</remarks>
internal static class MessageFraming
{
    /// <summary>How large a message may be, the sender's word and unpacked. It is what BuildKit and its clients take.</summary>
    public const int MaxMessageSize = 16 << 20;

    /// <summary>What a message may be compressed with, as the header <c>grpc-accept-encoding</c> says it.</summary>
    public const string Accepted = "identity,gzip";

    private const int PrefixLength = 5;

    /// <summary>Reads the next message, or says that there is none.</summary>
    /// <param name="encoding">The header <c>grpc-encoding</c> of the other side, or null.</param>
    /// <exception cref="RpcException">It is larger than allowed, broken off or badly compressed.</exception>
    public static async ValueTask<(bool Found, T Message)> ReadAsync<T>(PipeReader input, Marshaller<T> marshaller, string? encoding, CancellationToken ct)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(ct).ConfigureAwait(false);
            if (read.IsCanceled)
                throw new OperationCanceledException(ct);
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (TryTake(ref buffer, out bool compressed, out ReadOnlySequence<byte> payload))
            {
                try
                {
                    return (true, Parse(payload, compressed, marshaller, encoding));
                }
                finally
                {
                    input.AdvanceTo(buffer.Start);
                }
            }
            input.AdvanceTo(buffer.Start, buffer.End);
            if (!read.IsCompleted)
                continue;
            // A call that has ended without an answer leaves nothing to read.
            return buffer.IsEmpty ? (false, default!) : throw new RpcException(new Status(StatusCode.Internal, "the last message is cut off"));
        }
    }

    /// <summary>Reads the next message if all of it is here already.</summary>
    /// <exception cref="RpcException">It is larger than allowed or badly compressed.</exception>
    public static bool TryRead<T>(PipeReader input, Marshaller<T> marshaller, string? encoding, [MaybeNullWhen(false)] out T message)
    {
        message = default;
        if (!input.TryRead(out ReadResult read))
            return false;
        ReadOnlySequence<byte> buffer = read.Buffer;
        if (!TryTake(ref buffer, out bool compressed, out ReadOnlySequence<byte> payload))
        {
            input.AdvanceTo(buffer.Start, buffer.End);
            return false;
        }
        try
        {
            message = Parse(payload, compressed, marshaller, encoding);
            return true;
        }
        finally
        {
            input.AdvanceTo(buffer.Start);
        }
    }

    /// <summary>Puts a message into a pipe; nothing is flushed.</summary>
    /// <exception cref="RpcException">It is larger than the other side takes.</exception>
    public static void Write<T>(IBufferWriter<byte> output, Marshaller<T> marshaller, T message)
    {
        MessageToSend sent = new(output);
        marshaller.ContextualSerializer(message, sent);
        sent.End();
    }

    private static T Parse<T>(ReadOnlySequence<byte> payload, bool compressed, Marshaller<T> marshaller, string? encoding)
    {
        try
        {
            return compressed ? Unpacked(payload, marshaller, encoding) : marshaller.ContextualDeserializer(new ReceivedMessage(payload));
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"a message of the other side cannot be read: {e.Message}"));
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> buffer, out bool compressed, out ReadOnlySequence<byte> payload)
    {
        compressed = false;
        payload = default;
        if (buffer.Length < PrefixLength)
            return false;
        Span<byte> prefix = stackalloc byte[PrefixLength];
        buffer.Slice(0, PrefixLength).CopyTo(prefix);
        if (prefix[0] > 1)
            throw new RpcException(new Status(StatusCode.Internal, $"a message begins with {prefix[0]}, which is neither 0 nor 1"));
        uint length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (length > MaxMessageSize)
            throw TooLarge(length);
        if (buffer.Length < PrefixLength + length)
            return false;
        compressed = prefix[0] == 1;
        payload = buffer.Slice(PrefixLength, length);
        buffer = buffer.Slice(PrefixLength + length);
        return true;
    }

    private static T Unpacked<T>(ReadOnlySequence<byte> payload, Marshaller<T> marshaller, string? encoding)
    {
        if (encoding != "gzip")
            throw new RpcException(new Status(StatusCode.Unimplemented, $"messages compressed with \"{encoding}\" are not understood; gzip is"));
        using MemoryStream packed = new(payload.ToArray(), writable: false);
        using GZipStream gzip = new(packed, CompressionMode.Decompress);
        ArrayBufferWriter<byte> plain = new();
        while (true)
        {
            int count = gzip.Read(plain.GetSpan(32 << 10));
            if (count == 0)
                break;
            plain.Advance(count);
            if (plain.WrittenCount > MaxMessageSize)
                throw TooLarge(plain.WrittenCount);
        }
        return marshaller.ContextualDeserializer(new ReceivedMessage(new ReadOnlySequence<byte>(plain.WrittenMemory)));
    }

    private static RpcException TooLarge(long length) =>
        new(new Status(StatusCode.ResourceExhausted, $"a message of {length} bytes is larger than the {MaxMessageSize} that are taken"));

    private sealed class ReceivedMessage(ReadOnlySequence<byte> payload) : DeserializationContext
    {
        public override int PayloadLength => (int)payload.Length;

        public override byte[] PayloadAsNewBuffer() => payload.ToArray();

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => payload;
    }

    // The length is told before the bytes are written, or all bytes are given at once.
    private sealed class MessageToSend(IBufferWriter<byte> output) : SerializationContext
    {
        private int _length = -1;
        private ArrayBufferWriter<byte>? _unmeasured;
        private bool _complete;

        public override void SetPayloadLength(int payloadLength) => _length = payloadLength;

        public override IBufferWriter<byte> GetBufferWriter()
        {
            if (_length < 0)
                return _unmeasured ??= new ArrayBufferWriter<byte>();
            WritePrefix();
            return output;
        }

        public override void Complete(byte[] payload)
        {
            _length = payload.Length;
            WritePrefix();
            output.Write(payload);
            _complete = true;
        }

        public override void Complete()
        {
            if (_unmeasured is { } unmeasured)
            {
                _length = unmeasured.WrittenCount;
                WritePrefix();
                output.Write(unmeasured.WrittenSpan);
            }
            _complete = true;
        }

        public void End()
        {
            if (!_complete)
                throw new InvalidOperationException("the message was not written to its end");
        }

        private void WritePrefix()
        {
            if (_length > MaxMessageSize)
                throw TooLarge(_length);
            Span<byte> prefix = output.GetSpan(PrefixLength);
            prefix[0] = 0;
            BinaryPrimitives.WriteInt32BigEndian(prefix[1..], _length);
            output.Advance(PrefixLength);
        }
    }
}
