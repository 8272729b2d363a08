using System.Globalization;

namespace Caisson.Oci.Layout;

/// <summary>A file that appears under its name only when it is complete: written beside it, flushed, renamed.</summary>
/// <remarks>
/// While it is written, it is locked (FileShare is flock(2) here), so that leftovers of a dead process can be told from it. The lock is a
/// shared one: whoever opens the file the moment it has its name must not be turned away.
/// </remarks>
internal sealed class WholeFile : IAsyncDisposable
{
    public const string TemporaryPrefix = ".new-";
    private const int MaxNames = 100_000;
    private const int BufferBytes = 1; // callers write large pieces

    private static int _lastNumber;
    private bool _isNamed;

    private WholeFile(FileStream stream) => Stream = stream;

    /// <summary>Where to write. Not closed by the writer.</summary>
    public FileStream Stream { get; }

    /// <summary>Begins a file in a directory.</summary>
    public static WholeFile CreateIn(string directory)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = BufferBytes,
            Options = FileOptions.Asynchronous,
        };
        for (int i = 0; ; i++)
        {
            string path = NextName(directory);
            try
            {
                return new WholeFile(new FileStream(path, options));
            }
            catch (IOException e) when (i < MaxNames && (IsTaken(e) || File.Exists(path)))
            {
                // Another process has this name, or had it a moment ago; the next one is free or will be.
            }
        }
    }

    /// <summary>Gives the file its name; a file that had it is replaced in one step.</summary>
    public async Task NameAsync(string path, bool isDurable, CancellationToken ct)
    {
        await Stream.FlushAsync(ct).ConfigureAwait(false);
        if (isDurable)
            await Task.Run(() => Stream.Flush(flushToDisk: true), ct).ConfigureAwait(false);
        File.Move(Stream.Name, path, overwrite: true);
        _isNamed = true;
        await Stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Gives the name to another file, which is complete, instead of this one.</summary>
    /// <remarks>In two steps: from another file system the first one copies, and a half copy must not have the name.</remarks>
    public void NameOther(string other, string path)
    {
        File.Move(other, Stream.Name, overwrite: true); // the name between is ours alone, in whatever process
        File.Move(Stream.Name, path, overwrite: true);
        _isNamed = true;
    }

    /// <summary>Writes a small file.</summary>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool isDurable, CancellationToken ct)
    {
        WholeFile file = CreateIn(Path.GetDirectoryName(path) ?? ".");
        await using (file.ConfigureAwait(false))
        {
            await file.Stream.WriteAsync(content, ct).ConfigureAwait(false);
            await file.NameAsync(path, isDurable, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Removes what dead processes left in a directory; files that are being written stay.</summary>
    public static void RemoveLeftovers(string directory)
    {
        foreach (string path in Directory.GetFiles(directory, TemporaryPrefix + "*").Order(StringComparer.Ordinal))
        {
            try
            {
                using FileStream unused = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(path);
            }
            catch (IOException)
            {
                // Its writer is alive, or has just renamed it.
            }
        }
    }

    /// <summary>Removes the file if it was not named.</summary>
    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync().ConfigureAwait(false);
        if (!_isNamed)
            File.Delete(Stream.Name);
    }

    // EEXIST, or ERROR_FILE_EXISTS. To look for the file is not enough: it may have got its own name meanwhile.
    private static bool IsTaken(IOException e) => e.HResult is 17 or unchecked((int)0x8007_0050);

    private static string NextName(string directory) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{TemporaryPrefix}{Interlocked.Increment(ref _lastNumber)}"));
}
