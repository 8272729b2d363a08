using System.Text.Json.Serialization;

namespace Caisson.Engine.Caching;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StepRecord))]
internal sealed partial class CachingJsonContext : JsonSerializerContext;
