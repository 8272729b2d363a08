using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Oci.Layout;

/// <summary>An archive as a file that can be read anywhere: the file itself, or a copy when it is compressed or a pipe.</summary>
internal sealed class SpooledArchive : IDisposable
{
    private const int CopyBytes = 128 << 10;

    private SpooledArchive(FileStream stream) => Stream = stream;

    /// <summary>The uncompressed archive, from its first byte.</summary>
    public FileStream Stream { get; }

    /// <summary>The uncompressed archive, for reading anywhere.</summary>
    public SafeFileHandle File => Stream.SafeFileHandle;

    /// <summary>Takes a file as it is, unless it is compressed.</summary>
    public static async Task<SpooledArchive> OpenAsync(string path, ArchiveOptions options, CancellationToken ct)
    {
        FileStream file = Open(path);
        try
        {
            byte[] start = new byte[CompressionFormat.DetectBytes];
            int count = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
            file.Position = 0;
            return CompressionFormat.Detect(start.AsSpan(0, count)) == Compression.None
                ? new SpooledArchive(file)
                : await CopyAsync(file, options.Place ?? path, options, ct).ConfigureAwait(false);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Copies a stream, uncompressed, into the file that the options name. The stream is disposed.</summary>
    /// <param name="place">What messages call the archive.</param>
    /// <exception cref="InvalidImageException">The archive is damaged, or longer than the options allow, or there is no file to copy it to.</exception>
    public static async Task<SpooledArchive> CopyAsync(Stream input, string place, ArchiveOptions options, CancellationToken ct)
    {
        (Stream content, _) = await Decompression.OpenDetectedAsync(input, options.Decompression, ct).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            string path = options.SpoolPath ?? throw new InvalidImageException($"{place} is compressed or a pipe, and there is no file to unpack it to");
            FileStream copy = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.Asynchronous);
            System.IO.File.Delete(path); // the open file keeps its content, and nothing is left behind whatever happens
            try
            {
                await content.CopyToAsync(copy, CopyBytes, ct).ConfigureAwait(false);
                copy.Position = 0;
                return new SpooledArchive(copy);
            }
            catch (Exception e)
            {
                await copy.DisposeAsync().ConfigureAwait(false);
                if (e is InvalidDataException)
                    throw new InvalidImageException($"{place} cannot be unpacked: {e.Message}", e);
                throw;
            }
        }
    }

    public void Dispose() => Stream.Dispose();

    private static FileStream Open(string path) => new(path, new FileStreamOptions
    {
        Share = FileShare.Read | FileShare.Delete,
        BufferSize = 1,
        Options = FileOptions.Asynchronous,
    });
}
