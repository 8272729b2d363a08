using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.History;

/// <summary>A file that grows at its end. Every write is given to the kernel at once: whoever is killed loses nothing that was written.</summary>
/// <remarks>Thread-safe. The one kind of file in the store that does not appear whole: what counts of it is there before its end is.</remarks>
internal sealed class AppendedFile(string path) : IDisposable
{
    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    private readonly Lock _writing = new();
    private long _length;

    /// <summary>Adds bytes.</summary>
    /// <exception cref="IOException">The disk does not take them.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_writing)
        {
            RandomAccess.Write(_file, bytes, _length);
            _length += bytes.Length;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
