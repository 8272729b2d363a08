namespace Caisson.Oci.Layout;

/// <summary>Waits for a lock that several processes share, and holds it until the result is disposed.</summary>
public delegate ValueTask<IAsyncDisposable> AcquireLock(CancellationToken ct);
