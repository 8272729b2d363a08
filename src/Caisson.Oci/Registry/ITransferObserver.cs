namespace Caisson.Oci.Registry;

/// <summary>Told what happens to each blob on its way to or from a registry.</summary>
/// <remarks>
/// For one blob: <c>Started</c>, any number of <c>Progress</c>, <c>Finished</c>; or <c>Skipped</c> or <c>Mounted</c> alone. A transfer
/// that fails ends without <c>Finished</c>. Events of one blob come in order, those of several blobs at the same time; must be thread-safe and quick.
/// </remarks>
public interface ITransferObserver
{
    /// <summary>Something happened.</summary>
    void Observe(TransferEvent e);
}
