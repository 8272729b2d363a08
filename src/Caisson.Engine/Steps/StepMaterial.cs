using System.Collections.Immutable;

namespace Caisson.Engine.Steps;

/// <summary>What a program works on.</summary>
/// <param name="Inputs">The results of the node's inputs; the first is the root file system.</param>
/// <param name="Taken">For each mount what it takes from a build context, hashed; null for mounts of anything else.</param>
/// <param name="Step">The step's name in the build.</param>
internal sealed record StepMaterial(ImmutableArray<StepInput> Inputs, ImmutableArray<Selection?> Taken, string Step);
