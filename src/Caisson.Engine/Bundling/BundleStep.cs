using System.Text.Json.Serialization;

namespace Caisson.Engine.Bundling;

/// <summary>What a step asked the network for.</summary>
/// <param name="Name">What people read of the step, without secrets.</param>
/// <param name="Step">The digest of the step's name in the build.</param>
/// <param name="Requests">The digest of the part that tells them, one a line.</param>
public sealed record BundleStep([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("step")] string Step, [property: JsonPropertyName("requests")] string Requests);
