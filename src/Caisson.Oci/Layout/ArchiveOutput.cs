using Caisson.Oci.Tar;

namespace Caisson.Oci.Layout;

/// <summary>Where an archive goes: to a file, which appears when the archive is complete, or to a stream of the caller's.</summary>
internal sealed class ArchiveOutput
{
    private readonly string? _path;
    private readonly Stream? _stream;

    public ArchiveOutput(string path) => _path = Path.GetFullPath(path);

    /// <param name="stream">Not disposed.</param>
    public ArchiveOutput(Stream stream) => _stream = stream;

    /// <summary>Lets the archive be written, and ends it.</summary>
    public async Task WriteAsync(Func<ArchiveContent, Task> write, CancellationToken ct)
    {
        if (_stream is not null)
        {
            await WriteAsync(_stream, write, ct).ConfigureAwait(false);
            return;
        }
        string path = _path ?? throw new InvalidOperationException("an output is a file or a stream");
        WholeFile file = WholeFile.CreateIn(Path.GetDirectoryName(path) ?? "/");
        await using (file.ConfigureAwait(false))
        {
            await WriteAsync(file.Stream, write, ct).ConfigureAwait(false);
            await file.NameAsync(path, isDurable: true, ct).ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(Stream stream, Func<ArchiveContent, Task> write, CancellationToken ct)
    {
        TarWriter writer = new(stream, leaveOpen: true);
        await using (writer.ConfigureAwait(false))
        {
            await write(new ArchiveContent(writer)).ConfigureAwait(false);
            await writer.CompleteAsync(ct).ConfigureAwait(false);
        }
    }
}
