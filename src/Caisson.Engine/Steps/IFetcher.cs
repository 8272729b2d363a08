using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;

namespace Caisson.Engine.Steps;

/// <summary>Brings files from elsewhere into the store, as layers that are named by what the files were pinned to.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IFetcher
{
    /// <summary>The layer, if it is in the store.</summary>
    Layer? Find(Operation.Fetched pinned);

    /// <summary>Fetches the files and checks that they are what they were pinned to.</summary>
    /// <exception cref="StepException">They cannot be had, or are something else.</exception>
    Task<Layer> FetchAsync(Operation.Fetched pinned, CancellationToken ct);
}
