using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Caisson.Dockerfile.Outlines;
using Caisson.Dockerfile.Source;

namespace Caisson.Engine.Answers;

/// <summary>An outline as BuildKit's <c>frontend.outline</c> has it.</summary>
public static class OutlineJson
{
    /// <summary>The text.</summary>
    public static string Write(Outline outline, SourceText source) => JsonOutput.Write(json =>
    {
        LocationJson locations = new(source);
        json.WriteOptional("name", outline.Target.Name);
        json.WriteOptional("description", outline.Target.From.Description);
        if (!outline.Arguments.IsEmpty)
            json.WriteObjects("args", outline.Arguments, argument => WriteArgument(json, locations, argument));
        WriteMounts(json, locations, "secrets", outline.Secrets);
        WriteMounts(json, locations, "ssh", outline.Agents);
        if (!outline.Caches.IsEmpty)
        {
            json.WriteObjects("cache", outline.Caches, cache =>
            {
                json.WriteString("ID", cache.Id);
                locations.Write(json, cache.Where);
            });
        }
        json.WriteStartArray("sources");
        json.WriteBase64StringValue(Encoding.UTF8.GetBytes(source.Text));
        json.WriteEndArray();
    });

    private static void WriteArgument(Utf8JsonWriter json, LocationJson locations, OutlineArgument argument)
    {
        json.WriteString("name", argument.Name);
        json.WriteOptional("description", argument.Description);
        json.WriteOptional("value", argument.Value);
        locations.Write(json, argument.Where);
    }

    private static void WriteMounts(Utf8JsonWriter json, LocationJson locations, string name, ImmutableArray<OutlineMount> mounts)
    {
        if (mounts.IsEmpty)
            return;
        json.WriteObjects(name, mounts, mount =>
        {
            json.WriteString("name", mount.Id);
            if (mount.IsRequired)
                json.WriteBoolean("required", true);
            locations.Write(json, mount.Where);
        });
    }
}
