using System.Globalization;
using System.Text;

namespace Caisson.Linux.Sandbox;

/// <summary>How the kernel tells a processor's programs from others: by the beginning of their files.</summary>
/// <param name="QemuName">What QEMU calls the processor.</param>
/// <param name="Is64Bit">Whether its programs are of ELF class 64.</param>
/// <param name="IsBigEndian">Whether they are written big-endian.</param>
/// <param name="Machine">The number of the processor.</param>
/// <remarks>elf(5); e_machine of the System V ABI. Documentation/admin-guide/binfmt-misc.rst of Linux.</remarks>
internal sealed record ProcessorFormat(string QemuName, bool Is64Bit, bool IsBigEndian, int Machine)
{
    // By GOARCH.
    private static readonly Dictionary<string, ProcessorFormat> Known = new(StringComparer.Ordinal)
    {
        ["386"] = new("i386", Is64Bit: false, IsBigEndian: false, Machine: 3),
        ["amd64"] = new("x86_64", Is64Bit: true, IsBigEndian: false, Machine: 62),
        ["arm"] = new("arm", Is64Bit: false, IsBigEndian: false, Machine: 40),
        ["arm64"] = new("aarch64", Is64Bit: true, IsBigEndian: false, Machine: 183),
        ["loong64"] = new("loongarch64", Is64Bit: true, IsBigEndian: false, Machine: 258),
        ["mips64"] = new("mips64", Is64Bit: true, IsBigEndian: true, Machine: 8),
        ["mips64le"] = new("mips64el", Is64Bit: true, IsBigEndian: false, Machine: 8),
        ["ppc64le"] = new("ppc64le", Is64Bit: true, IsBigEndian: false, Machine: 21),
        ["riscv64"] = new("riscv64", Is64Bit: true, IsBigEndian: false, Machine: 243),
        ["s390x"] = new("s390x", Is64Bit: true, IsBigEndian: true, Machine: 22),
    };

    /// <summary>The processors, by their GOARCH.</summary>
    public static IEnumerable<string> Architectures => Known.Keys.Order(StringComparer.Ordinal);

    /// <summary>The format of a processor's programs; null for one that is not known.</summary>
    /// <param name="architecture">GOARCH.</param>
    public static ProcessorFormat? Find(string architecture) => Known.GetValueOrDefault(architecture);

    /// <summary>What the kernel is told, so that it starts the processor's programs with an emulator.</summary>
    /// <param name="emulator">Its path. It is opened now (F), is given the program's own first argument (P), and set-id programs keep their credentials (C, with O).</param>
    public string RegistrationOf(string emulator)
    {
        // Programs begin alike but for their system (byte 7), and are of type 2 or, when they can be loaded anywhere, 3.
        byte[] magic = [0x7F, (byte)'E', (byte)'L', (byte)'F', (byte)(Is64Bit ? 2 : 1), (byte)(IsBigEndian ? 2 : 1), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. Half(2), .. Half(Machine)];
        byte[] mask = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, .. Half(0xFFFE), 0xFF, 0xFF];
        return $":qemu-{QemuName}:M::{Escaped(magic)}:{Escaped(mask)}:{emulator}:POCF";
    }

    private byte[] Half(int value) => IsBigEndian ? [(byte)(value >> 8), (byte)value] : [(byte)value, (byte)(value >> 8)];

    private static string Escaped(byte[] bytes)
    {
        StringBuilder text = new();
        foreach (byte b in bytes)
            text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        return text.ToString();
    }
}
