using System.Collections.Immutable;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>The network of one step. Disposed when its program has ended.</summary>
internal interface IStepNetwork : IAsyncDisposable
{
    /// <summary>The path of the network namespace, for the runtime.</summary>
    string Path { get; }

    /// <summary>The step's environment together with what leads programs to the gateway.</summary>
    ImmutableArray<string> AddTo(ImmutableArray<string> environment);

    /// <summary>What is mounted besides.</summary>
    ImmutableArray<SandboxMount> Mounts { get; }

    /// <summary>Files of the root that are shown with more than they hold; null when there are none.</summary>
    SubstitutedFiles? Substitutes { get; }

    /// <summary>Set when something was asked for that ends the step.</summary>
    CancellationToken Refused { get; }

    /// <summary>Ends it: nobody is answered any more.</summary>
    /// <returns>A file that tells what went on, to be kept with the layer.</returns>
    /// <exception cref="StepException">Something was asked for that ends the step.</exception>
    Task<string> CompleteAsync();
}
