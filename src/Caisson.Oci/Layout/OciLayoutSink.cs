using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>A layout directory as a place to put images.</summary>
public sealed class OciLayoutSink : IMultiPlatformImageSink
{
    private readonly Func<CancellationToken, Task<OciLayout>> _open;
    private readonly Reference? _name;

    /// <summary>Writes to an open layout.</summary>
    /// <param name="name">The name that the image gets; null for none.</param>
    public OciLayoutSink(OciLayout layout, Reference? name = null)
    {
        _open = _ => Task.FromResult(layout);
        _name = name;
    }

    /// <summary>Writes to a directory, which becomes a layout if it is none.</summary>
    /// <param name="name">The name that the image gets; null for none.</param>
    public OciLayoutSink(string directory, Reference? name = null)
    {
        _open = ct => OciLayout.CreateAsync(directory, ct: ct);
        _name = name;
    }

    /// <inheritdoc/>
    public async Task WriteAsync(Image image, CancellationToken ct)
    {
        OciLayout layout = await _open(ct).ConfigureAwait(false);
        await layout.AddImageAsync(image, _name, ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task WriteAsync(MultiPlatformImage image, CancellationToken ct)
    {
        OciLayout layout = await _open(ct).ConfigureAwait(false);
        await layout.AddImageAsync(image, _name, ct).ConfigureAwait(false);
    }
}
