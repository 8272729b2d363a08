using System.Text.Json.Serialization;

namespace Caisson.Oci.Registry;

[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(NameList))]
[JsonSerializable(typeof(DockerConfigFile))]
[JsonSerializable(typeof(HelperAnswer))]
internal sealed partial class RegistryJsonContext : JsonSerializerContext;
