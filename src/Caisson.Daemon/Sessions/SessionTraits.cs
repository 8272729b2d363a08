using System.Collections.Immutable;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.Sessions;

/// <summary>What a client says of its session when it connects.</summary>
/// <param name="Id">Its name, made up by the client.</param>
/// <param name="SharedKey">The same for all sessions from one directory of a client: what was sent in one is there in the next. Empty for none.</param>
/// <param name="Methods">What the client serves, as <c>/service/method</c>, in small letters.</param>
internal sealed record SessionTraits(string Id, string SharedKey, ImmutableHashSet<string> Methods)
{
    private const int MaxIdLength = 256;
    private const string IdHeader = "x-docker-expose-session-uuid";
    private const string SharedKeyHeader = "x-docker-expose-session-sharedkey";
    private const string MethodHeader = "x-docker-expose-session-grpc-method";

    /// <summary>Reads them from the headers of a request.</summary>
    /// <exception cref="RpcException">There is no name, or an impossible one.</exception>
    public static SessionTraits FromHeaders(IHeaderDictionary headers) => From(name => headers[name]);

    /// <summary>Reads them from the metadata of a call.</summary>
    /// <exception cref="RpcException">There is no name, or an impossible one.</exception>
    public static SessionTraits FromMetadata(Metadata metadata) => From(name => metadata.GetAll(name).Where(static e => !e.IsBinary).Select(static e => e.Value));

    private static SessionTraits From(Func<string, IEnumerable<string?>> values)
    {
        string id = First(IdHeader);
        if (id.Length is 0 or > MaxIdLength)
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"a session needs a name of 1 to {MaxIdLength} characters in {IdHeader}"));
        return new SessionTraits(id, First(SharedKeyHeader), values(MethodHeader).OfType<string>().Select(static m => m.ToLowerInvariant()).ToImmutableHashSet(StringComparer.Ordinal));

        string First(string header) => values(header).FirstOrDefault() ?? "";
    }
}
