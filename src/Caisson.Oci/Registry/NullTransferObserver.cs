namespace Caisson.Oci.Registry;

/// <summary>Ignores transfers.</summary>
internal sealed class NullTransferObserver : ITransferObserver
{
    public static NullTransferObserver Instance { get; } = new();

    public void Observe(TransferEvent e)
    {
    }
}
