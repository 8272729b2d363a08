using System.Collections.Immutable;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>An answer on its way to a step's program. Owns its content.</summary>
internal sealed class GatewayAnswer : IAsyncDisposable
{
    // Of one connection, or of this moment: none of it is kept, and none of it is wanted again.
    private static readonly string[] Passing =
    [
        "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length",
        "Date", "Age", "Expires", "Via", "Server", "Set-Cookie", "Alt-Svc", "Strict-Transport-Security", "Report-To", "NEL", "Expect-CT",
    ];

    /// <summary>The status.</summary>
    public required int Status { get; init; }

    /// <summary>The words beside it.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The fields that mean something to the client.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Fields { get; init; } = [];

    /// <summary>How long the content is; null when that shows at its end.</summary>
    public long? LengthBytes { get; init; }

    /// <summary>The content; null for none.</summary>
    public Stream? Content { get; init; }

    /// <summary>What owns the connection that the content comes from.</summary>
    public IDisposable? Owner { get; init; }

    /// <summary>Whether a field means something beyond this moment.</summary>
    public static bool IsKept(string field) => !Passing.Contains(field, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Content is not null)
            await Content.DisposeAsync().ConfigureAwait(false);
        Owner?.Dispose();
    }
}
