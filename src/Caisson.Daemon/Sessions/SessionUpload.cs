using Caisson.Daemon.Proto.Sessions.Upload;
using Google.Protobuf;
using Grpc.Core;

namespace Caisson.Daemon.Sessions;

/// <summary>What a client reads from its standard input. Its address is that of a file of a web server that there is not.</summary>
internal static class SessionUpload
{
    /// <summary>The host of such addresses.</summary>
    public const string Host = "buildkit-session";

    /// <summary>Opens it. It can be read once.</summary>
    /// <param name="session">The client.</param>
    /// <param name="address">What the client calls it.</param>
    /// <param name="moved">Told how many bytes have come so far.</param>
    /// <param name="ended">Told when that is all, or nobody reads on.</param>
    /// <param name="ct">Gives it up.</param>
    /// <returns>What comes; an <see cref="IOException"/> says that the client does not have it or is gone.</returns>
    public static Stream Open(ClientSession session, Uri address, Action<long> moved, Action ended, CancellationToken ct)
    {
        long bytes = 0;
        Metadata metadata = [new("urlpath", address.AbsolutePath), new("urlhost", address.Host)];
        AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call = new Upload.UploadClient(session.Calls).Pull(metadata, cancellationToken: ct);
        return new MessageStream<BytesMessage>(call.ResponseStream, Count, output: null, static b => new BytesMessage { Data = b }) { Call = call, Ended = ended };

        ByteString Count(BytesMessage message)
        {
            moved(bytes += message.Data.Length);
            return message.Data;
        }
    }
}
