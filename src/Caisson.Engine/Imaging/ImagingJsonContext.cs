using System.Text.Json.Serialization;

namespace Caisson.Engine.Imaging;

[JsonSerializable(typeof(BlobRecord))]
internal sealed partial class ImagingJsonContext : JsonSerializerContext;
