using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>Changes the credentials of a <c>config.json</c> or <c>auth.json</c> and leaves everything else in it as it is.</summary>
/// <remarks>docker login, "Credential stores"; containers-auth.json(5).</remarks>
public sealed class DockerConfigEditor
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, IndentCharacter = '\t', IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly JsonObject _root;

    private DockerConfigEditor(JsonObject root) => _root = root;

    /// <summary>The keys that there are credentials under.</summary>
    public IReadOnlyList<string> Keys => [.. Part("auths")?.Select(static e => e.Key) ?? [], .. (Part("credHelpers")?.Select(static e => e.Key) ?? []).Where(k => Part("auths")?.ContainsKey(k) != true)];

    /// <summary>Reads the text of a file; null for one that is not there yet.</summary>
    /// <exception cref="FormatException">The text is not such a file. The message quotes nothing of it.</exception>
    public static DockerConfigEditor Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return new DockerConfigEditor([]);
        DockerConfigCredentials.Check(text);
        return new DockerConfigEditor((JsonObject)JsonNode.Parse(text)!); // checked: it is an object
    }

    /// <summary>The key of a registry.</summary>
    public static string KeyOf(string registryHost) => registryHost == Reference.DefaultRegistry ? DockerConfigCredentials.DockerHubAddress : registryHost;

    /// <summary>The helper that keeps the credentials of a key; null when the file itself does.</summary>
    /// <exception cref="FormatException">The helper's name is none.</exception>
    public string? HelperOf(string key)
    {
        string? helper = (string?)Part("credHelpers")?[key] is { Length: > 0 } own ? own : (string?)_root["credsStore"];
        return string.IsNullOrEmpty(helper) || DockerConfigCredentials.IsHelperName(helper)
            ? helper is { Length: > 0 } ? helper : null
            : throw new FormatException("the configuration names a credential helper whose name is none");
    }

    /// <summary>Keeps user and password under a key, in the place of what was there.</summary>
    public void Set(string key, RegistryCredential.Password credential) => Auths()[key] = new JsonObject
    {
        ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.User}:{credential.Secret}")),
    };

    /// <summary>Notes that a helper keeps the credentials of a key.</summary>
    public void SetKeptElsewhere(string key) => Auths()[key] = new JsonObject();

    /// <summary>Removes what is kept under a key; false when there is nothing.</summary>
    public bool Remove(string key) => Part("auths")?.Remove(key) == true;

    /// <summary>The file.</summary>
    public string ToText() => _root.ToJsonString(Format) + "\n";

    private JsonObject Auths()
    {
        if (Part("auths") is { } auths)
            return auths;
        JsonObject made = [];
        _root["auths"] = made;
        return made;
    }

    private JsonObject? Part(string name) => _root[name] as JsonObject;
}
