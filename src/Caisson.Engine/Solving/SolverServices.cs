using Caisson.Engine.Caching;
using Caisson.Engine.Imaging;
using Caisson.Engine.Steps;

namespace Caisson.Engine.Solving;

/// <summary>What a solver works with.</summary>
internal sealed record SolverServices
{
    /// <summary>What its steps work with.</summary>
    public required StepServices Steps { get; init; }

    /// <summary>What steps came to earlier.</summary>
    public required StepCache Cache { get; init; }

    /// <summary>The steps that are being done, in all builds, by key.</summary>
    public required InFlight<Layer> Running { get; init; }

    /// <summary>Bounds how many programs run at once, in all builds.</summary>
    public required SemaphoreSlim RunSlots { get; init; }
}
