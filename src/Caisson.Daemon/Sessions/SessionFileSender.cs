using System.Buffers;
using System.Globalization;
using Caisson.Daemon.Proto.Files;
using Caisson.Daemon.Proto.Sessions.FileSync;
using Caisson.Linux.Native;
using Google.Protobuf;
using Grpc.Core;

namespace Caisson.Daemon.Sessions;

/// <summary>Sends results to a client: an archive, or a directory.</summary>
internal static class SessionFileSender
{
    /// <summary>What the client must serve.</summary>
    public const string Method = "/moby.filesync.v1.FileSend/DiffCopy";

    private const string ExporterKey = "buildkit-attachable-exporter-id";
    private const string ExporterMetadataPrefix = "exporter-md-";

    // Go's clients take messages of 4 MiB.
    private const int Chunk = 256 << 10;

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    // As that of the service, but with the messages that a directory is sent with.
    private static readonly Method<Packet, Packet> DirectoryMethod = new(MethodType.DuplexStreaming, "moby.filesync.v1.FileSend", "DiffCopy", Packets, Packets);

    private static Marshaller<Packet> Packets => Marshallers.Create(
        static (packet, context) =>
        {
            context.SetPayloadLength(packet.CalculateSize());
            packet.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        static context => Packet.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));

    /// <summary>Sends a stream, and returns when the client has all of it.</summary>
    /// <param name="session">The client.</param>
    /// <param name="exporter">Which of its exporters takes it.</param>
    /// <param name="metadata">What the client is told of the result.</param>
    /// <param name="write">Writes the stream. When it fails, the client sees that the stream is not whole.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RpcException">The client does not take it, or is gone.</exception>
    public static async Task SendStreamAsync(ClientSession session, int exporter, IReadOnlyDictionary<string, string> metadata, Func<Stream, CancellationToken, Task> write, CancellationToken ct)
    {
        Metadata headers = Headers(session, exporter);
        foreach ((string name, string value) in metadata)
        {
            string key = ExporterMetadataPrefix + name.ToLowerInvariant();
            // Of what the client is told for its information, what no header can say is left out.
            if (!key.AsSpan().ContainsAnyExcept(KeyCharacters) && !key.EndsWith("-bin", StringComparison.Ordinal) && !value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
                headers.Add(key, value);
        }
        using AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call = new FileSend.FileSendClient(session.Calls).DiffCopy(headers, cancellationToken: ct);
        try
        {
            MessageStream<BytesMessage> messages = new(call.ResponseStream, static m => m.Data, call.RequestStream, static b => new BytesMessage { Data = b }, Chunk);
            BufferedStream buffered = new(messages, Chunk);
            await using (buffered.ConfigureAwait(false))
            {
                await write(buffered, ct).ConfigureAwait(false);
                await buffered.FlushAsync(ct).ConfigureAwait(false);
            }
        }
        catch (IOException e) when (e.InnerException is RpcException)
        {
            // Why the client takes no more is what its answer says.
            await EndAsync(call.ResponseStream, ct).ConfigureAwait(false);
            throw;
        }
        await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        await EndAsync(call.ResponseStream, ct).ConfigureAwait(false);
    }

    /// <summary>Sends a directory, and returns when the client has all of it.</summary>
    /// <param name="session">The client.</param>
    /// <param name="exporter">Which of its exporters takes it.</param>
    /// <param name="path">The directory. Nothing may change in it meanwhile.</param>
    /// <param name="progress">Is told how many bytes have gone in all, now and then; or null.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RpcException">The client does not take it, or is gone.</exception>
    /// <exception cref="InvalidDataException">The client does not keep to the protocol, or says what went wrong there.</exception>
    public static async Task SendDirectoryAsync(ClientSession session, int exporter, string path, Action<long>? progress, CancellationToken ct)
    {
        using DirectoryHandle root = DirectoryHandle.Open(path);
        Metadata headers = Headers(session, exporter);
        headers.Add("buildkit-exporter-multi-platform", "1");
        using AsyncDuplexStreamingCall<Packet, Packet> call = session.Calls.AsyncDuplexStreamingCall(DirectoryMethod, null, new CallOptions(headers, cancellationToken: ct));
        using DirectorySender sender = new(root, progress);
        await sender.RunAsync(call.ResponseStream, call.RequestStream, ct).ConfigureAwait(false);
    }

    private static Metadata Headers(ClientSession session, int exporter)
    {
        if (!session.Offers(Method))
            throw new RpcException(new Status(StatusCode.Unimplemented, $"method {Method} not supported by the client"));
        return [new(ExporterKey, exporter.ToString(CultureInfo.InvariantCulture))];
    }

    private static async Task EndAsync(IAsyncStreamReader<BytesMessage> answer, CancellationToken ct)
    {
        while (await answer.MoveNext(ct).ConfigureAwait(false))
        {
            // It has nothing to say but its status.
        }
    }
}
