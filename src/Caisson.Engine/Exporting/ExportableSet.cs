using System.Collections.Immutable;

namespace Caisson.Engine.Exporting;

/// <summary>The results of a build.</summary>
/// <param name="Platforms">One for each platform.</param>
/// <param name="AreTold">Whether they are told apart by platform, also when there is one only: images by an index, files by directories.</param>
internal sealed record ExportableSet(ImmutableArray<Exportable> Platforms, bool AreTold);
