using Caisson.Engine.Caching;
using Caisson.Engine.Imaging;
using Caisson.Engine.Steps;

namespace Caisson.Engine.Solving;

/// <summary>What a solver works with.</summary>
internal sealed record SolverServices
{
    /// <summary>What its steps work with.</summary>
    public required StepServices Steps { get; init; }

    /// <summary>Does the steps.</summary>
    public required IStepWork Work { get; init; }

    /// <summary>Fetches what comes from elsewhere.</summary>
    public required IFetcher Fetcher { get; init; }

    /// <summary>What steps came to earlier.</summary>
    public required StepCache Cache { get; init; }

    /// <summary>The programs that are running, in all builds, by key. The work uses its beginner: the build's trees and events.</summary>
    public required InFlight<Layer> Running { get; init; }

    /// <summary>Bounds how many programs run at once, in all builds.</summary>
    public required Slots RunSlots { get; init; }

    /// <summary>Where work goes on.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;
}
