using Caisson.Engine.History;

namespace Caisson.Engine.Explaining;

/// <summary>A step of an earlier build.</summary>
/// <param name="Build">The build.</param>
/// <param name="Step">The step.</param>
/// <param name="IsOfAnother">Whether the build was of another Dockerfile.</param>
internal sealed record EarlierStep(BuildRecord Build, StepHistory Step, bool IsOfAnother = false);
