using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Daemon.EngineApi;

/// <summary>Tells a client how a pull goes on: each layer from its announcement to its end.</summary>
/// <param name="output">Told.</param>
/// <param name="name">What is pulled.</param>
internal sealed class PullProgress(JsonStream output, Reference name) : IBlobObserver
{
    private const long BytesBetween = 1 << 20;

    private readonly Channel<Func<Task>> _said = Channel.CreateUnbounded<Func<Task>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<Digest, long> _told = new();
    private ImmutableHashSet<Digest> _layers = [];

    /// <summary>Pulls, and says what happens meanwhile.</summary>
    /// <param name="pull">The pull: it is given what is to be told of it.</param>
    public async Task<Image> RunAsync(Func<Func<Image, IBlobObserver?>, Task<Image>> pull)
    {
        Task<Image> pulled = PullAsync(pull);
        await foreach (Func<Task> said in _said.Reader.ReadAllAsync().ConfigureAwait(false))
            await said().ConfigureAwait(false);
        return await pulled.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Opened(Descriptor blob)
    {
    }

    /// <inheritdoc/>
    public void Read(Descriptor blob, long totalBytes)
    {
        if (!_layers.Contains(blob.Digest))
            return;
        long before = _told.GetOrAdd(blob.Digest, -BytesBetween);
        if (totalBytes - before < BytesBetween && totalBytes != blob.Size)
            return;
        _told[blob.Digest] = totalBytes;
        Say(() => output.ProgressAsync("Downloading", Short(blob.Digest), totalBytes, blob.Size));
    }

    private async Task<Image> PullAsync(Func<Func<Image, IBlobObserver?>, Task<Image>> pull)
    {
        try
        {
            Image image = await pull(Begin).ConfigureAwait(false);
            foreach (ImageLayer layer in image.Layers.DistinctBy(static l => l.Blob.Digest))
                Say(() => output.ProgressAsync(_told.ContainsKey(layer.Blob.Digest) ? "Pull complete" : "Already exists", Short(layer.Blob.Digest)));
            return image;
        }
        finally
        {
            _said.Writer.Complete();
        }
    }

    private PullProgress Begin(Image image)
    {
        _layers = [.. image.Layers.Select(static l => l.Blob.Digest)];
        Say(() => output.StatusAsync($"Pulling from {name.WithoutTag().WithoutDigest().Repository}", name.Tag ?? name.Digest?.Value));
        foreach (ImageLayer layer in image.Layers.DistinctBy(static l => l.Blob.Digest))
            Say(() => output.ProgressAsync("Pulling fs layer", Short(layer.Blob.Digest)));
        return this;
    }

    private void Say(Func<Task> said) => _said.Writer.TryWrite(said);

    private static string Short(Digest digest) => digest.Hex[..12];
}
