using Caisson.Daemon.Proto.Sessions.Upload;
using Grpc.Core;

namespace Caisson.Daemon.Sessions;

/// <summary>What a client reads from its standard input. Its address is that of a file of a web server that there is not.</summary>
internal static class SessionUpload
{
    /// <summary>The host of such addresses.</summary>
    public const string Host = "buildkit-session";

    /// <summary>Opens it. It can be read once.</summary>
    /// <returns>What comes; an <see cref="IOException"/> says that the client does not have it or is gone.</returns>
    public static Stream Open(ClientSession session, Uri address, CancellationToken ct)
    {
        Metadata metadata = [new("urlpath", address.AbsolutePath), new("urlhost", address.Host)];
        AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call = new Upload.UploadClient(session.Calls).Pull(metadata, cancellationToken: ct);
        return new MessageStream<BytesMessage>(call.ResponseStream, static m => m.Data, output: null, static b => new BytesMessage { Data = b }) { Call = call };
    }
}
