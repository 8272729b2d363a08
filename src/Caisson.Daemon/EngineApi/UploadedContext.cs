namespace Caisson.Daemon.EngineApi;

/// <summary>A build context that came with a request of its own, which waits until this is disposed of.</summary>
/// <param name="content">What comes; read once.</param>
/// <param name="done">Lets the request go.</param>
internal sealed class UploadedContext(Stream content, Action done) : IDisposable
{
    /// <summary>What comes; read once.</summary>
    public Stream Content => content;

    /// <inheritdoc/>
    public void Dispose() => done();
}
