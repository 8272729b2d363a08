using System.Text.Json.Serialization;

namespace Caisson.Oci.DockerArchive;

[JsonSourceGenerationOptions(RespectNullableAnnotations = true)]
[JsonSerializable(typeof(DockerArchiveEntry[]))]
internal sealed partial class DockerArchiveJsonContext : JsonSerializerContext;
