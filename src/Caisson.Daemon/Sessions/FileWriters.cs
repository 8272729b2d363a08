using System.Security.Cryptography;
using System.Threading.Channels;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Daemon.Sessions;

/// <summary>Writes the contents of many files that arrive piece by piece and interleaved, on several threads. Nothing is flushed to disk.</summary>
/// <param name="root">Where the files are; what they stand in is there already.</param>
/// <param name="written">Is told of each file, with its status and the digest of its content, from several threads; or null.</param>
/// <param name="failed">Called once something cannot be written.</param>
internal sealed class FileWriters(DirectoryHandle root, Action<FileStatus, Digest>? written, Action failed)
{
    private const int Threads = 3;

    // Pieces that wait for a thread; the sender makes them of 32 KiB.
    private const int MaxWaiting = 128;

    private readonly Channel<(IncomingFile File, ByteString Piece, bool IsLast)>[] _queues =
        [.. Enumerable.Range(0, Threads).Select(static _ => Channel.CreateBounded<(IncomingFile, ByteString, bool)>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true }))];

    private Task _working = Task.CompletedTask;

    /// <summary>Begins to work.</summary>
    public void Start() => _working = Task.WhenAll(_queues.Select(queue => Task.Run(() => WorkAsync(queue.Reader))));

    /// <summary>Takes the next piece of a file.</summary>
    public ValueTask WriteAsync(IncomingFile file, ByteString piece, bool isLast, CancellationToken ct) => _queues[file.Id % Threads].Writer.WriteAsync((file, piece, isLast), ct);

    /// <summary>Waits until all is written.</summary>
    /// <exception cref="SystemCallException">The disk did not take it.</exception>
    public Task CompleteAsync()
    {
        foreach (Channel<(IncomingFile, ByteString, bool)> queue in _queues)
            queue.Writer.TryComplete();
        return _working;
    }

    private async Task WorkAsync(ChannelReader<(IncomingFile File, ByteString Piece, bool IsLast)> queue)
    {
        HashSet<IncomingFile> open = [];
        try
        {
            await foreach ((IncomingFile file, ByteString piece, bool isLast) in queue.ReadAllAsync().ConfigureAwait(false))
            {
                if (file.Handle is null)
                {
                    file.Handle = root.CreateFileBelow(file.Path, file.Mode);
                    file.Hash = written is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                    open.Add(file);
                }
                if (!piece.IsEmpty)
                    RandomAccess.Write(file.Handle, piece.Span, file.Length);
                file.Hash?.AppendData(piece.Span);
                file.Length += piece.Length;
                if (!isLast)
                    continue;
                file.Handle.SetMode(file.Mode); // whatever the umask
                file.Handle.SetModified(file.Modified);
                if (file.Hash is not null)
                    written?.Invoke(file.Handle.Status(), Digest.FromSha256(file.Hash.GetHashAndReset()));
                file.Close();
                open.Remove(file);
            }
        }
        catch
        {
            failed();
            throw;
        }
        finally
        {
            foreach (IncomingFile file in open)
                file.Close();
        }
    }

    /// <summary>A file that is being received.</summary>
    /// <param name="id">The number that its pieces carry.</param>
    /// <param name="path">Where it goes.</param>
    /// <param name="mode">Its permission bits.</param>
    /// <param name="modified">Its time.</param>
    internal sealed class IncomingFile(uint id, string path, int mode, FileTime modified)
    {
        public uint Id => id;

        public string Path => path;

        public int Mode => mode;

        public FileTime Modified => modified;

        /// <summary>Set by the thread that writes it.</summary>
        public SafeFileHandle? Handle { get; set; }

        /// <summary>Of what is written so far; null when nobody asks.</summary>
        public IncrementalHash? Hash { get; set; }

        /// <summary>What is written so far.</summary>
        public long Length { get; set; }

        /// <summary>Whether a piece of it has come.</summary>
        public bool HasBegun { get; set; }

        /// <summary>The piece that came last.</summary>
        public ByteString? Waiting { get; set; }

        /// <summary>Ends the writing.</summary>
        public void Close()
        {
            Handle?.Dispose();
            Hash?.Dispose();
        }
    }
}
