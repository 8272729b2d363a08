using System.Runtime.InteropServices;

namespace Caisson.Linux.Native;

/// <summary>Flags of open(2). Two of them have other values on ARM.</summary>
/// <remarks>asm-generic/fcntl.h; arch/arm64/include/uapi/asm/fcntl.h.</remarks>
internal static class OpenFlags
{
    public const int ReadWrite = 0x2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    public static readonly int Directory = IsArm ? 0x4000 : 0x10000;
    public static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;
}
