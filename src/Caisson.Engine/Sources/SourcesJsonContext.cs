using System.Text.Json.Serialization;

namespace Caisson.Engine.Sources;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Http.HttpRecord))]
internal sealed partial class SourcesJsonContext : JsonSerializerContext;
