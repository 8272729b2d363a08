using System.Numerics;
using System.Runtime.InteropServices;

namespace Caisson.Linux.Native;

/// <summary>The processors that the calling thread may run on, and with it the processes that it starts.</summary>
/// <remarks>sched_setaffinity(2). All throw <see cref="SystemCallException"/> when the kernel refuses.</remarks>
public static partial class ProcessorAffinity
{
    private const int CallingThread = 0;
    private const int MaskBytes = 1024; // 8192 processors, the most that Linux can be built for

    /// <summary>How many processors the calling thread may run on.</summary>
    public static int Count
    {
        get
        {
            int count = 0;
            foreach (byte bits in Read())
                count += BitOperations.PopCount(bits);
            return count;
        }
    }

    /// <summary>Leaves the calling thread some of its processors: the last ones. It keeps all when it has no more than that.</summary>
    internal static unsafe void Limit(int count)
    {
        byte[] mask = Read();
        for (int bit = (mask.Length * 8) - 1; bit >= 0; bit--)
        {
            byte one = (byte)(1 << (bit % 8));
            if ((mask[bit / 8] & one) == 0)
                continue;
            if (count-- <= 0)
                mask[bit / 8] &= (byte)~one;
        }
        fixed (byte* bytes = mask)
        {
            if (SetAffinity(CallingThread, (nuint)mask.Length, bytes) != 0)
                throw SystemCallException.Last("sched_setaffinity");
        }
    }

    private static unsafe byte[] Read()
    {
        byte[] mask = new byte[MaskBytes];
        fixed (byte* bytes = mask)
        {
            if (GetAffinity(CallingThread, (nuint)mask.Length, bytes) < 0)
                throw SystemCallException.Last("sched_getaffinity");
        }
        return mask;
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static unsafe partial int GetAffinity(int processId, nuint size, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static unsafe partial int SetAffinity(int processId, nuint size, byte* mask);
}
