using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Daemon.Proto.Policy;
using Caisson.Engine;
using Caisson.Engine.Spelling;

namespace Caisson.Daemon.Control;

/// <summary>Rules about sources that a client sends with its build, in the form that the engine reads.</summary>
/// <remarks>BuildKit's sourcepolicy/pb: the engine reads the same as JSON. What a rule asks for that no source here has would not mean what was meant.</remarks>
internal static class ClientPolicies
{
    private const string Name = "source-policy";
    private const string Checksum = "http.checksum";

    // Of sources, what is known here; more would be empty, whatever the source is.
    private static readonly string[] Known = ["image.platform", "git.fullurl", "git.commit", "http.method", "http.host", "http.path", Checksum];

    /// <summary>The policies, but for those without rules.</summary>
    /// <exception cref="UsageException">A rule asks for what is not done.</exception>
    public static ImmutableArray<GivenFile> Read(IEnumerable<Policy?> policies) => [.. policies.OfType<Policy>().Where(static p => p.Rules.Count > 0).Select(static p => new GivenFile(Name, Write(p)))];

    private static byte[] Write(Policy policy)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("version", policy.Version);
            json.WriteStartArray("rules");
            for (int i = 0; i < policy.Rules.Count; i++)
            {
                Check(policy.Rules[i], i + 1);
                Write(json, policy.Rules[i]);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void Check(Rule rule, int number)
    {
        if (rule.Selector?.Constraints.FirstOrDefault(static c => !Known.Contains(c.Key)) is { } constraint)
            throw new UsageException($"{Name}, rule {number}: no source has the attribute \"{constraint.Key}\" here; there are {string.Join(", ", Known)}");
        if (rule.Updates?.Attrs.Keys.FirstOrDefault(static k => k != Checksum) is { } attribute)
            throw new UsageException($"{Name}, rule {number}: the attribute \"{attribute}\" cannot be set; of those there is {Checksum}");
    }

    // Enumerations have the same numbers on both sides; the reader refuses others.
    private static void Write(Utf8JsonWriter json, Rule rule)
    {
        json.WriteStartObject();
        json.WriteNumber("action", (int)rule.Action);
        if (rule.Selector is { } selector)
        {
            json.WriteStartObject("selector");
            json.WriteString("identifier", selector.Identifier);
            json.WriteNumber("matchType", (int)selector.MatchType);
            json.WriteStartArray("constraints");
            foreach (AttrConstraint constraint in selector.Constraints)
            {
                json.WriteStartObject();
                json.WriteString("key", constraint.Key);
                json.WriteString("value", constraint.Value);
                json.WriteNumber("condition", (int)constraint.Condition);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        if (rule.Updates is { } updates)
        {
            json.WriteStartObject("updates");
            json.WriteString("identifier", updates.Identifier);
            json.WriteStartObject("attrs");
            foreach ((string key, string value) in updates.Attrs)
                json.WriteString(key, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
