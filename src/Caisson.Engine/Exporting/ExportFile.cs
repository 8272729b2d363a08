using Caisson.Linux.Files;
using Caisson.Linux.Native;

namespace Caisson.Engine.Exporting;

/// <summary>A file that an export writes: a path, where it appears whole, or a stream.</summary>
public sealed class ExportFile
{
    private readonly string? _path;
    private readonly Stream? _stream;
    private bool _isBegun;

    private readonly Func<Func<Stream, Task>, CancellationToken, Task>? _send;

    private readonly string _name;

    private ExportFile(string? path, Stream? stream, Func<Func<Stream, Task>, CancellationToken, Task>? send = null, string name = "standard output")
    {
        _name = name;
        _path = path;
        _stream = stream;
        _send = send;
    }

    /// <summary>A file at a path. It is replaced when it is there, but a link, a pipe or a device is written to; its directory is made when it is not.</summary>
    public static ExportFile At(string path) => new(Path.GetFullPath(path), null);

    /// <summary>An open stream, which is not closed.</summary>
    public static ExportFile To(Stream stream) => new(null, stream);

    /// <summary>A stream that is opened when there is something to write, and that is told when what was written is not whole.</summary>
    /// <param name="name">What people read of it.</param>
    /// <param name="send">Opens it, has it written, and closes it.</param>
    public static ExportFile By(string name, Func<Func<Stream, Task>, CancellationToken, Task> send) => new(null, null, send, name);

    /// <summary>The path; null when a stream is written.</summary>
    internal string? FilePath => _path;

    /// <summary>Writes the file. At a path nothing is to be seen until it is whole; to a stream it is written once.</summary>
    /// <exception cref="IOException">It cannot be written; or the stream has a part of it already, of an attempt that failed.</exception>
    internal async Task WriteAsync(Func<Stream, Task> write, CancellationToken ct)
    {
        if (_path is null)
        {
            if (_isBegun)
                throw new IOException("what was written there before a layer was lost cannot be taken back; build again");
            _isBegun = true;
            if (_send is not null)
            {
                await _send(write, ct).ConfigureAwait(false);
                return;
            }
            await write(_stream!).ConfigureAwait(false); // one of the three is there
            await _stream!.FlushAsync(ct).ConfigureAwait(false);
            return;
        }
        string path = _path;
        string directory = Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/").FullName;
        if (IsWrittenInPlace(directory, Path.GetFileName(path)))
            await WriteAsync(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), write).ConfigureAwait(false);
        else
            await WriteWholeAsync(path, write).ConfigureAwait(false);
    }

    // Otherwise "/dev/null" would be replaced by a file.
    private static bool IsWrittenInPlace(string directory, string name)
    {
        using DirectoryHandle parent = DirectoryHandle.Open(directory);
        return parent.TryStatus(name) is { Kind: not (FileKind.File or FileKind.Directory) };
    }

    private static async Task WriteWholeAsync(string path, Func<Stream, Task> write)
    {
        string temporary = path + ".caisson-partial";
        EagerFileStream file = new(temporary, FileMode.Create);
        try
        {
            await WriteAsync(file, write).ConfigureAwait(false);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static async Task WriteAsync(FileStream file, Func<Stream, Task> write)
    {
        await using (file.ConfigureAwait(false))
        {
            await write(file).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _path ?? _name;
}
