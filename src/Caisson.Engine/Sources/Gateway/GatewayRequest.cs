using System.Collections.Immutable;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>A request of a step's program.</summary>
/// <param name="Method">The method.</param>
/// <param name="Address">The whole address.</param>
/// <param name="Fields">The fields that go on: not those that are for a proxy or of one connection.</param>
/// <param name="Body">What is sent; null for nothing.</param>
internal sealed record GatewayRequest(string Method, Uri Address, ImmutableArray<KeyValuePair<string, string>> Fields, RequestBody? Body)
{
    // RFC 9110, section 7.6.1, and what proxies are told.
    private static readonly string[] ForOneConnection =
        ["Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authorization", "Proxy-Authenticate", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Expect", "Host"];

    /// <summary>Makes a request of its head.</summary>
    /// <param name="head">The head.</param>
    /// <param name="address">The whole address.</param>
    /// <param name="body">What is sent; null for nothing.</param>
    public static GatewayRequest Of(HttpHead head, Uri address, RequestBody? body)
    {
        string[] named = (head.Find("Connection") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        ImmutableArray<KeyValuePair<string, string>> fields = [.. head.Fields.Where(f => !ForOneConnection.Contains(f.Key, StringComparer.OrdinalIgnoreCase) && !named.Contains(f.Key, StringComparer.OrdinalIgnoreCase))];
        return new GatewayRequest(head.Method, address, fields, body);
    }

    /// <summary>The value of a field; null when there is none.</summary>
    public string? Find(string name) => Fields.FirstOrDefault(f => f.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The same request for all of the content, whatever the client has of it already.</summary>
    public GatewayRequest WithoutConditions() => this with
    {
        Fields = Fields.RemoveAll(static f => f.Key.StartsWith("If-", StringComparison.OrdinalIgnoreCase) || f.Key.Equals("Range", StringComparison.OrdinalIgnoreCase)),
    };
}
