using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Caisson.Oci.Registry;

/// <summary>Changes the credentials of a <c>config.json</c> or <c>auth.json</c> and leaves everything else in it as it is.</summary>
/// <remarks>docker login, "Credential stores"; containers-auth.json(5).</remarks>
public sealed class DockerConfigEditor
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, IndentCharacter = '\t', IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly JsonObject _root;

    private DockerConfigEditor(JsonObject root) => _root = root;

    /// <summary>The keys that there are credentials under, one for each registry or part of one.</summary>
    public IReadOnlyList<string> Keys => [.. KeysOf("auths").Concat(KeysOf("credHelpers")).Select(KeyOf).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Reads the text of a file; null for one that is not there yet.</summary>
    /// <exception cref="FormatException">The text is not such a file. The message quotes nothing of it.</exception>
    public static DockerConfigEditor Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return new DockerConfigEditor([]);
        DockerConfigCredentials.Check(text);
        return new DockerConfigEditor(JsonNode.Parse(text) as JsonObject ?? []); // checked: it is an object or null
    }

    /// <summary>The key of a registry.</summary>
    public static string KeyOf(string registryHost) => DockerConfigCredentials.KeyOf(registryHost);

    /// <summary>The helper that keeps the credentials of a key; null when the file itself does.</summary>
    /// <exception cref="FormatException">The helper's name is none.</exception>
    public string? HelperOf(string key)
    {
        string? helper = DockerConfigCredentials.HelperOf(Part("credHelpers")?.Select(static h => KeyValuePair.Create(h.Key, (string?)h.Value)) ?? [], key) ?? (string?)_root["credsStore"];
        return string.IsNullOrEmpty(helper) || DockerConfigCredentials.IsHelperName(helper)
            ? helper is { Length: > 0 } ? helper : null
            : throw new FormatException("the configuration names a credential helper whose name is none");
    }

    /// <summary>Keeps user and password under a key, in the place of what was there under it and all that mean the same.</summary>
    public void Set(string key, RegistryCredential.Password credential) => Set(key, new JsonObject
    {
        ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.User}:{credential.Secret}")),
    });

    /// <summary>Notes that a helper keeps the credentials of a key.</summary>
    public void SetKeptElsewhere(string key) => Set(key, []);

    /// <summary>Removes what is kept under a key and all that mean the same; false when there is nothing.</summary>
    public bool Remove(string key) => Remove(k => DockerConfigCredentials.AreSame(k, key));

    /// <summary>The file.</summary>
    public string ToText() => _root.ToJsonString(Format) + "\n";

    private void Set(string key, JsonObject entry)
    {
        Remove(k => k != key && DockerConfigCredentials.AreSame(k, key));
        Auths()[key] = entry;
    }

    private bool Remove(Func<string, bool> isMeant)
    {
        string[] meant = [.. KeysOf("auths").Where(isMeant)];
        foreach (string key in meant)
            Auths().Remove(key);
        return meant.Length > 0;
    }

    private IEnumerable<string> KeysOf(string part) => Part(part)?.Select(static e => e.Key) ?? [];

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
