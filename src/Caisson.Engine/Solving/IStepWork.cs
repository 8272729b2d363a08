using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Steps;

namespace Caisson.Engine.Solving;

/// <summary>Does what a step is. When, how often and on what is the solver's part.</summary>
/// <remarks>Thread-safe. Knows neither the graph nor the cache, and never calls back.</remarks>
internal interface IStepWork
{
    /// <summary>Reads and hashes what a copy takes from file systems that steps made.</summary>
    Task<Selection> SelectAsync(Operation.Copy copy, ImmutableArray<StepInput> inputs, CancellationToken ct);

    /// <summary>Does it.</summary>
    /// <param name="operation">What is done.</param>
    /// <param name="material">What it is done with.</param>
    /// <param name="telling">Told what the step writes, and what the user should know.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>What it made.</returns>
    Task<Layer> ExecuteAsync(Operation operation, StepMaterial material, StepTelling telling, CancellationToken ct);
}
