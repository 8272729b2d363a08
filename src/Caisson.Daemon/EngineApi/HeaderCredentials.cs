using System.Text;
using System.Text.Json;
using Caisson.Oci.Registry;

namespace Caisson.Daemon.EngineApi;

/// <summary>The credentials of registries that a client sends with a request, for that request only.</summary>
/// <remarks>Docker Engine API: <c>X-Registry-Auth</c> for one registry, <c>X-Registry-Config</c> for several; JSON in base64, of both alphabets.</remarks>
internal sealed class HeaderCredentials : ICredentialSource
{
    private const string Hub = "docker.io";
    private const int MaxHeaderLength = 256 * 1024;

    private readonly Dictionary<string, RegistryCredential> _byHost = new(StringComparer.OrdinalIgnoreCase);

    private HeaderCredentials()
    {
    }

    /// <summary>Those of <c>X-Registry-Auth</c>; null when there are none. What cannot be read is none, as with Docker.</summary>
    /// <param name="request">The request.</param>
    /// <param name="host">The registry that they are for.</param>
    public static HeaderCredentials? ReadOne(ApiRequest request, string host)
    {
        if (Decode(request.Http.Request.Headers["X-Registry-Auth"]) is not { } json || CredentialOf(json) is not { } credential)
            return null;
        HeaderCredentials read = new();
        read._byHost[host] = credential;
        return read;
    }

    /// <summary>Those of <c>X-Registry-Config</c>; null when there are none.</summary>
    public static HeaderCredentials? ReadAll(ApiRequest request)
    {
        if (Decode(request.Http.Request.Headers["X-Registry-Config"]) is not { } all)
            return null;
        HeaderCredentials read = new();
        foreach (JsonProperty registry in all.EnumerateObject())
        {
            if (registry.Value.ValueKind == JsonValueKind.Object && CredentialOf(registry.Value) is { } credential)
                read._byHost[HostOf(registry.Name)] = credential;
        }
        return read._byHost.Count == 0 ? null : read;
    }

    /// <summary>The credential in a JSON text; null when there is none.</summary>
    public static RegistryCredential? CredentialOf(JsonElement json)
    {
        if (Text(json, "identitytoken") is { } identity)
            return new RegistryCredential.IdentityToken(identity);
        if (Text(json, "registrytoken") is { } token)
            return new RegistryCredential.AccessToken(token);
        if (Text(json, "username") is { } user && Text(json, "password") is { } password)
            return new RegistryCredential.Password(user, password);
        if (Text(json, "auth") is { } both && TryDecode(both) is { } bytes && Encoding.UTF8.GetString(bytes).Split(':', 2) is [{ Length: > 0 } name, { Length: > 0 } secret])
            return new RegistryCredential.Password(name, secret);
        return null;
    }

    /// <summary>The host of an address as clients keep it: <c>https://index.docker.io/v1/</c> is Docker Hub.</summary>
    public static string HostOf(string address)
    {
        string rest = address.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? address[(scheme + 3)..] : address;
        string host = rest.Split('/')[0];
        return host is "index.docker.io" or "registry-1.docker.io" or "" ? Hub : host;
    }

    /// <inheritdoc/>
    public Task<RegistryCredential?> GetAsync(string registryHost, string? repository, CancellationToken ct) => Task.FromResult(_byHost.GetValueOrDefault(registryHost));

    private static JsonElement? Decode(string? header)
    {
        if (header is not { Length: > 0 and <= MaxHeaderLength } || TryDecode(header) is not { } bytes)
            return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? TryDecode(string text)
    {
        string standard = text.Trim().Replace('-', '+').Replace('_', '/').TrimEnd('=');
        byte[] bytes = new byte[standard.Length];
        string padded = standard + new string('=', (4 - standard.Length % 4) % 4);
        return Convert.TryFromBase64String(padded, bytes, out int length) ? bytes[..length] : null;
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
