using System.Collections.Immutable;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Imaging;

/// <summary>One immutable layer of a file system state. Which forms it takes (list, directory, blob) is decided by who asks: <see cref="LayerForms"/>.</summary>
/// <param name="Id">Its name in the store.</param>
/// <param name="Origin">How it came to be, which tells how a form is made.</param>
internal sealed record Layer(LayerId Id, LayerOrigin Origin)
{
    /// <summary>The layers that the same program wrote on those of its mounts that are results, in their order.</summary>
    public ImmutableArray<LayerId> Outputs { get; init; } = [];
}
