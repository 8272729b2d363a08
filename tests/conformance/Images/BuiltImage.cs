using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Caisson.Conformance.Images;

/// <summary>An image as another program finds it: its configuration document, and what its layers hold.</summary>
internal sealed record BuiltImage(JsonObject Config, ImmutableArray<ImmutableArray<ArchiveEntry>> Layers);
