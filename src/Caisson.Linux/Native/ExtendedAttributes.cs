using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Native;

/// <summary>The extended attributes of a name in an open directory; symbolic links are not followed.</summary>
/// <remarks>There are no calls with a directory handle before Linux 6.13; a path through /proc/self/fd reaches the same file.</remarks>
public static partial class ExtendedAttributes
{
    private const int UsualBytes = 512;
    private const int MaxBytes = 64 << 10; // XATTR_LIST_MAX and XATTR_SIZE_MAX

    extension(DirectoryHandle directory)
    {
        /// <summary>The names of all attributes that this process may see, in ordinal order.</summary>
        /// <exception cref="SystemCallException">The name cannot be looked at.</exception>
        public List<string> ListAttributes(string name)
        {
            byte[]? list = Read(directory, name, attribute: null);
            List<string> names = [];
            foreach (Range range in (list ?? []).AsSpan().Split((byte)0))
            {
                if (!list.AsSpan(range).IsEmpty)
                    names.Add(PathText.Decode(list.AsSpan(range)));
            }
            names.Sort(string.CompareOrdinal);
            return names;
        }

        /// <summary>The value of an attribute; null when the file does not have it.</summary>
        /// <exception cref="SystemCallException">The name cannot be looked at.</exception>
        public byte[]? TryGetAttribute(string name, string attribute) => Read(directory, name, attribute);

        /// <summary>Sets an attribute.</summary>
        /// <exception cref="SystemCallException">The file system or the kernel refuses.</exception>
        public unsafe void SetAttribute(string name, string attribute, ReadOnlySpan<byte> value)
        {
            fixed (byte* start = value)
            {
                if (LSetXattr(PathOf(directory, name), attribute, start, (nuint)value.Length, 0) != 0)
                    throw SystemCallException.Last("lsetxattr " + attribute, name);
                GC.KeepAlive(directory);
            }
        }

        /// <summary>Removes an attribute that the file has.</summary>
        /// <exception cref="SystemCallException">The file does not have it, or the kernel refuses.</exception>
        public void RemoveAttribute(string name, string attribute)
        {
            if (LRemoveXattr(PathOf(directory, name), attribute) != 0)
                throw SystemCallException.Last("lremovexattr " + attribute, name);
            GC.KeepAlive(directory);
        }
    }

    // The list of names, or one value; null when there is none.
    private static unsafe byte[]? Read(DirectoryHandle directory, string name, string? attribute)
    {
        string path = PathOf(directory, name);
        byte* usual = stackalloc byte[UsualBytes];
        nint length = Read(path, attribute, usual, UsualBytes);
        if (length == 0)
            return attribute is null ? null : [];
        if (length > 0)
            return new ReadOnlySpan<byte>(usual, (int)length).ToArray();
        if (Marshal.GetLastPInvokeError() == Errno.ERANGE)
        {
            byte[] large = new byte[MaxBytes];
            fixed (byte* start = large)
                length = Read(path, attribute, start, MaxBytes);
            if (length >= 0)
                return large.AsSpan(0, (int)length).ToArray();
        }
        GC.KeepAlive(directory);
        return Marshal.GetLastPInvokeError() is Errno.ENODATA or Errno.EOPNOTSUPP ? null : throw SystemCallException.Last("lgetxattr", name);
    }

    private static unsafe nint Read(string path, string? attribute, byte* buffer, nuint size) =>
        attribute is null ? LListXattr(path, buffer, size) : LGetXattr(path, attribute, buffer, size);

    private static string PathOf(DirectoryHandle directory, string name)
    {
        DirectoryHandle.CheckName(name);
        return string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{directory.DangerousGetHandle()}/{name}");
    }

    [LibraryImport("libc", EntryPoint = "llistxattr", SetLastError = true)]
    private static unsafe partial nint LListXattr([MarshalUsing(typeof(PathMarshaller))] string path, byte* list, nuint size);

    [LibraryImport("libc", EntryPoint = "lgetxattr", SetLastError = true)]
    private static unsafe partial nint LGetXattr([MarshalUsing(typeof(PathMarshaller))] string path, [MarshalUsing(typeof(PathMarshaller))] string name, byte* value, nuint size);

    [LibraryImport("libc", EntryPoint = "lsetxattr", SetLastError = true)]
    private static unsafe partial int LSetXattr(
        [MarshalUsing(typeof(PathMarshaller))] string path, [MarshalUsing(typeof(PathMarshaller))] string name, byte* value, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "lremovexattr", SetLastError = true)]
    private static partial int LRemoveXattr([MarshalUsing(typeof(PathMarshaller))] string path, [MarshalUsing(typeof(PathMarshaller))] string name);
}
