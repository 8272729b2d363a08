namespace Caisson.Engine.Exporting;

/// <summary>A file that an export writes: a path, where it appears whole, or a stream that is open already.</summary>
public sealed class ExportFile
{
    private readonly string? _path;
    private readonly Stream? _stream;

    private ExportFile(string? path, Stream? stream)
    {
        _path = path;
        _stream = stream;
    }

    /// <summary>A file at a path. It is replaced when it is there; its directory is made when it is not.</summary>
    public static ExportFile At(string path) => new(Path.GetFullPath(path), null);

    /// <summary>An open stream, which is not closed.</summary>
    public static ExportFile To(Stream stream) => new(null, stream);

    /// <summary>Writes the file. At a path nothing is to be seen until it is whole.</summary>
    internal async Task WriteAsync(Func<Stream, Task> write, CancellationToken ct)
    {
        if (_stream is not null)
        {
            await write(_stream).ConfigureAwait(false);
            await _stream.FlushAsync(ct).ConfigureAwait(false);
            return;
        }
        string path = _path!; // one of the two is there
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/");
        string temporary = path + ".caisson-partial";
        try
        {
            FileStream file = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            await using (file.ConfigureAwait(false))
            {
                await write(file).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _path ?? "standard output";
}
