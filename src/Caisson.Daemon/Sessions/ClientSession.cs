using Caisson.Daemon.Grpc;
using Grpc.Core;

namespace Caisson.Daemon.Sessions;

/// <summary>A client that serves files, secrets and more while it builds. Safe for many users at once.</summary>
internal sealed class ClientSession
{
    private readonly SessionTraits _traits;

    /// <summary>Makes it of a connection, which stays its owner's.</summary>
    public ClientSession(SessionTraits traits, GrpcConnection connection)
    {
        _traits = traits;
        Calls = connection.Calls;
        Closed = connection.Closed;
    }

    /// <summary>Its name.</summary>
    public string Id => _traits.Id;

    /// <summary>The same for all sessions from one directory of a client; empty for none.</summary>
    public string SharedKey => _traits.SharedKey;

    /// <summary>What generated clients make their calls to it with.</summary>
    public CallInvoker Calls { get; }

    /// <summary>Cancelled when the client is gone.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Whether the client serves a method, <c>/service/method</c>; the case of letters is of no account.</summary>
    public bool Offers(string method) => _traits.Methods.Contains(method.ToLowerInvariant());
}
