using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Oci.DockerArchive;

/// <summary>Reads the small files of an archive, up to the limit for documents.</summary>
internal static class ArchiveDocument
{
    /// <summary>A file, whole; null when there is none.</summary>
    /// <exception cref="InvalidImageException">The file is too large.</exception>
    public static async Task<byte[]?> ReadAsync(ArchiveFiles files, string path, CancellationToken ct)
    {
        if (files.SizeOf(path) is not { } size)
            return null;
        if (size > OciJson.MaxDocumentBytes)
            throw new InvalidImageException($"\"{path}\" in {files.Place} has {size} bytes, more than the {OciJson.MaxDocumentBytes} that are read");
        byte[] content = new byte[size];
        Stream stream = files.Open(path);
        await using (stream.ConfigureAwait(false))
            await stream.ReadExactlyAsync(content, ct).ConfigureAwait(false);
        return content;
    }
}
