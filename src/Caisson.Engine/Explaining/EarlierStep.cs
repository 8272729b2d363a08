using Caisson.Engine.History;

namespace Caisson.Engine.Explaining;

/// <summary>A step of an earlier build.</summary>
/// <param name="Build">The build.</param>
/// <param name="Step">The step.</param>
internal sealed record EarlierStep(BuildRecord Build, StepHistory Step);
