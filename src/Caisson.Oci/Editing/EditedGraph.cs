using System.Collections.Immutable;
using Caisson.Oci.Transfer;

namespace Caisson.Oci.Editing;

/// <summary>What an edit made of a graph.</summary>
/// <param name="Graph">The new graph.</param>
/// <param name="LeftOut">What could not be taken along, for people: each a noun and its reason.</param>
public sealed record EditedGraph(ImageGraph Graph, ImmutableArray<string> LeftOut);
