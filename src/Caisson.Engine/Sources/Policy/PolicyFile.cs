using System.Collections.Immutable;
using System.Text.Json;

namespace Caisson.Engine.Sources.Policy;

/// <summary>Reads a policy: the JSON of BuildKit's source policies.</summary>
/// <remarks>What protobuf calls "JSON mapping": names as in the .proto file or in lower camel case, enumerations by name or number.</remarks>
internal static class PolicyFile
{
    private const int MaxBytes = 8 << 20;

    private static readonly string[] Attributes =
        [SourceIdentifier.Checksum, SourcePolicy.KeyringAttribute, SourcePolicy.RepositoryAttribute, SourcePolicy.TlsAttribute];

    private static readonly JsonDocumentOptions s_lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads the rules of a file.</summary>
    /// <exception cref="BuildException">It cannot be read, or is no policy.</exception>
    public static ImmutableArray<PolicyRule> Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                throw new FormatException($"it has more than {MaxBytes} bytes");
            return Read(new GivenFile(path, File.ReadAllBytes(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.BadPolicy, $"the policy {path} cannot be read: {e.Message}", "name a file with --policy", e);
        }
        catch (FormatException e)
        {
            throw Unusable(path, e);
        }
    }

    /// <summary>Reads the rules of a policy that the caller holds.</summary>
    /// <exception cref="BuildException">It is no policy.</exception>
    public static ImmutableArray<PolicyRule> Read(GivenFile policy)
    {
        try
        {
            return Read(policy.Content, policy.Name);
        }
        catch (JsonException e)
        {
            throw new BuildException(EngineCodes.BadPolicy, $"the policy {policy.Name} is no JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}", "see docs/policy.md for the form", e);
        }
        catch (FormatException e)
        {
            throw Unusable(policy.Name, e);
        }
    }

    /// <summary>Reads rules.</summary>
    /// <param name="json">The text.</param>
    /// <param name="place">Where it is from, for people.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="FormatException">It is no policy.</exception>
    public static ImmutableArray<PolicyRule> Read(ReadOnlyMemory<byte> json, string place)
    {
        using JsonDocument document = JsonDocument.Parse(json, s_lenient);
        JsonElement root = Object(document.RootElement, "the policy", "version", "rules");
        if (Find(root, "version") is { } version && !(version.ValueKind == JsonValueKind.Number && version.TryGetInt64(out long number) && number is 0 or 1))
            throw new FormatException("its version is not 1");
        if (Find(root, "rules") is not { ValueKind: JsonValueKind.Array } rules)
            return [];
        ImmutableArray<PolicyRule>.Builder read = ImmutableArray.CreateBuilder<PolicyRule>();
        foreach (JsonElement rule in rules.EnumerateArray())
        {
            string name = $"rule {read.Count + 1}";
            try
            {
                read.Add(ReadRule(rule, $"{Path.GetFileName(place)}, {name}"));
            }
            catch (FormatException e)
            {
                throw new FormatException($"{name}: {e.Message}", e);
            }
        }
        return read.DrainToImmutable();
    }

    private static BuildException Unusable(string name, FormatException e) => new(EngineCodes.BadPolicy, $"the policy {name} cannot be used: {e.Message}", "see docs/policy.md for the form", e);

    private static PolicyRule ReadRule(JsonElement json, string place)
    {
        JsonElement rule = Object(json, "it", "action", "selector", "updates");
        PolicyAction action = Choose(Find(rule, "action"), "action", PolicyAction.Allow);
        JsonElement selector = Object(Find(rule, "selector") ?? throw new FormatException("it has no selector"), "its selector", "identifier", "matchType", "match_type", "constraints");
        string identifier = Text(selector, "identifier") is { Length: > 0 } text ? text : throw new FormatException("its selector has no identifier");
        PolicyMatch match = Choose(Find(selector, "matchType") ?? Find(selector, "match_type"), "matchType", PolicyMatch.Wildcard);
        ImmutableArray<PolicyConstraint> constraints = Find(selector, "constraints") is { ValueKind: JsonValueKind.Array } given ? [.. given.EnumerateArray().Select(ReadConstraint)] : [];
        JsonElement? updates = Find(rule, "updates") is { } found ? Object(found, "updates", "identifier", "attrs") : null;
        if (action == PolicyAction.Convert && updates is null)
            throw new FormatException("it converts, and does not say to what: updates");
        return new PolicyRule(action, identifier, match, constraints)
        {
            Place = place,
            Replacement = updates is { } to ? Text(to, "identifier") : null,
            Updates = updates is { } with && Find(with, "attrs") is { ValueKind: JsonValueKind.Object } attributes ? ReadAttributes(attributes) : ImmutableSortedDictionary<string, string>.Empty,
        };
    }

    private static PolicyConstraint ReadConstraint(JsonElement json)
    {
        JsonElement constraint = Object(json, "a constraint", "key", "value", "condition");
        return new PolicyConstraint(
            Text(constraint, "key") ?? throw new FormatException("a constraint has no key"), Text(constraint, "value") ?? "", Choose(Find(constraint, "condition"), "condition", PolicyCondition.Equal));
    }

    private static ImmutableSortedDictionary<string, string> ReadAttributes(JsonElement json)
    {
        ImmutableSortedDictionary<string, string>.Builder read = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty attribute in json.EnumerateObject())
        {
            if (!Attributes.Contains(attribute.Name))
                throw new FormatException($"it sets \"{attribute.Name}\", which nothing here knows; there are {string.Join(", ", Attributes)}");
            read[attribute.Name] = attribute.Value.GetString() ?? "";
        }
        if (read.TryGetValue(SourceIdentifier.Checksum, out string? checksum) && !Oci.Model.Digest.TryParse(checksum, out _))
            throw new FormatException($"\"{checksum}\" is no digest");
        if (read.TryGetValue(SourcePolicy.TlsAttribute, out string? tls) && tls is not (SourcePolicy.Tunnel or SourcePolicy.Intercept))
            throw new FormatException($"{SourcePolicy.TlsAttribute} is {SourcePolicy.Intercept} or {SourcePolicy.Tunnel}");
        return read.ToImmutable();
    }

    // What nobody knows is a slip of the pen, and a rule that does not say what was meant.
    private static JsonElement Object(JsonElement json, string what, params ReadOnlySpan<string> names)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new FormatException($"{what} is no object");
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (!names.Contains(property.Name))
                throw new FormatException($"{what} has \"{property.Name}\", which nothing here knows; there are {string.Join(", ", names!)}");
        }
        return json;
    }

    private static JsonElement? Find(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement json, string name) => Find(json, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw new FormatException($"\"{name}\" is no text"),
    };

    private static T Choose<T>(JsonElement? json, string name, T usual)
        where T : struct, Enum => json switch
        {
            null => usual,
            { ValueKind: JsonValueKind.String } text when Enum.TryParse(text.GetString(), ignoreCase: true, out T value) && Enum.IsDefined(value) => value,
            { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out int index) && index >= 0 && index < Enum.GetValues<T>().Length => Enum.GetValues<T>()[index],
            _ => throw new FormatException($"\"{name}\" is not one of {string.Join(", ", Enum.GetNames<T>().Select(static n => n.ToUpperInvariant()))}"),
        };
}
