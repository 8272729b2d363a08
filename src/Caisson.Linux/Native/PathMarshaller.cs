using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Native;

/// <summary>Hands a path to the kernel as the bytes it was read as (<see cref="PathText"/>), with a NUL at the end.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(PathMarshaller))]
internal unsafe ref struct PathMarshaller
{
    private byte* _allocated;
    private byte* _text;

    public static int BufferSize => 512;

    public void FromManaged(string? path, Span<byte> buffer)
    {
        if (path is null)
            return;
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("a path cannot hold a NUL character", nameof(path));
        int length = PathText.GetByteCount(path) + 1;
        if (length > buffer.Length)
        {
            _allocated = (byte*)NativeMemory.Alloc((nuint)length);
            buffer = new Span<byte>(_allocated, length);
        }
        int written = PathText.Encode(path, buffer);
        buffer[written] = 0;
        _text = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer));
    }

    public readonly byte* ToUnmanaged() => _text;

    public readonly void Free() => NativeMemory.Free(_allocated);
}
