using System.Collections.Immutable;
using System.Text;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;

namespace Caisson.Engine.Answers;

/// <summary>The stages of a Dockerfile as BuildKit's <c>frontend.targets</c> has them.</summary>
public static class TargetsJson
{
    /// <summary>The text.</summary>
    public static string Write(ImmutableArray<BoundStage> stages, SourceText source) => JsonOutput.Write(json =>
    {
        LocationJson locations = new(source);
        json.WriteObjects("targets", stages, stage =>
        {
            json.WriteOptional("name", stage.Name);
            if (stage == stages[^1])
                json.WriteBoolean("default", true);
            json.WriteOptional("description", stage.From.Description);
            json.WriteOptional("base", stage.From.Image.Text);
            json.WriteOptional("platform", stage.From.Platform?.Text);
            locations.Write(json, stage.From.Span);
        });
        json.WriteStartArray("sources");
        json.WriteBase64StringValue(Encoding.UTF8.GetBytes(source.Text));
        json.WriteEndArray();
    });
}
