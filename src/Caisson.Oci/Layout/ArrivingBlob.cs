using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Layout;

/// <summary>
/// A blob from elsewhere that is added to a layout while it is read. It is there before its last byte is handed over, and only if it is what its descriptor
/// says; disposed earlier, it leaves nothing.
/// </summary>
/// <remarks>The disk sets the pace: who reads slowly fetches slowly.</remarks>
internal sealed class ArrivingBlob : ForwardReadStream
{
    private readonly VerifyingStream _content;
    private readonly Descriptor _blob;
    private readonly WholeFile _file;
    private readonly bool _isDurable;
    private bool _isNamed;
    private bool _isDisposed;

    /// <summary>Begins to add a blob.</summary>
    /// <param name="content">Owned; hashed here unless it already is.</param>
    /// <param name="blob">What it must be.</param>
    /// <param name="path">The blob's name; what is written is beside it until then.</param>
    /// <param name="isDurable">Whether it is on the disk when it has its name.</param>
    public ArrivingBlob(Stream content, Descriptor blob, string path, bool isDurable)
    {
        _content = content is VerifyingStream known && known.Expected == blob ? known : new VerifyingStream(content, blob);
        _blob = blob;
        Path = path;
        _isDurable = isDurable;
        _file = WholeFile.CreateIn(System.IO.Path.GetDirectoryName(path) ?? ".");
    }

    /// <summary>The name that it gets.</summary>
    public string Path { get; }

    /// <summary>Told when this is disposed: the blob is in the layout, or will not be.</summary>
    public Action? Ended { get; init; }

    public override long Length => _blob.Size;

    public override int Read(Span<byte> buffer) => throw new NotSupportedException("what arrives is read with ReadAsync");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await _content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (_isNamed)
            return count; // the end
        await _file.Stream.WriteAsync(buffer[..count], cancellationToken).ConfigureAwait(false);
        if (_content.Position == _blob.Size)
        {
            await _file.NameAsync(Path, _isDurable, cancellationToken).ConfigureAwait(false);
            _isNamed = true;
        }
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            try
            {
                await _content.DisposeAsync().ConfigureAwait(false);
                await _file.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                Ended?.Invoke(); // others wait for it, whatever the disk says
            }
        }
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
            DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }
}
