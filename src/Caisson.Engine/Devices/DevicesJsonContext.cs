using System.Text.Json.Serialization;

namespace Caisson.Engine.Devices;

/// <summary>How descriptions of devices are read.</summary>
[JsonSerializable(typeof(CdiDocument))]
internal sealed partial class DevicesJsonContext : JsonSerializerContext;
