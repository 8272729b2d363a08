using System.Collections.Concurrent;
using Caisson.Oci.Registry;

namespace Caisson.Oci.Tests.Registry.Testing;

internal sealed class RecordingObserver : ITransferObserver
{
    private readonly ConcurrentQueue<TransferEvent> _events = new();

    public IReadOnlyList<TransferEvent> Events => [.. _events];

    public void Observe(TransferEvent e) => _events.Enqueue(e);
}
