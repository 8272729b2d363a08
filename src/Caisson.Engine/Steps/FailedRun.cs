using System.Collections.Immutable;
using Caisson.Engine.Graph;

namespace Caisson.Engine.Steps;

/// <summary>A program that failed, with all that is needed to stand where it stood.</summary>
/// <param name="Run">What it was. Secrets and agents that the build was not given are left out.</param>
/// <param name="Inputs">The files that it worked on, as it left them; the first is its root. Each mount that shows files has an input of its own.</param>
internal sealed record FailedRun(Operation.Run Run, ImmutableArray<StepInput> Inputs);
