using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Caisson.Linux.Processes;

namespace Caisson.Linux.Sandbox;

/// <summary>Finds what runs programs of other processors on this machine: what its kernel was told of, else QEMU's programs.</summary>
/// <param name="searchPath">Directories to look for programs in, separated by colons.</param>
public sealed class Emulators(string searchPath)
{
    private const string Registered = "/proc/sys/fs/binfmt_misc/";
    private const int InterpreterHeader = 3; // PT_INTERP
    private const int MaxHeaders = 64;

    // The first kernel that can be told of emulators for a user namespace alone.
    private static readonly Version NamespacedKernel = new(6, 7);

    /// <summary>Whether this machine runs the programs of a processor by itself.</summary>
    /// <param name="architecture">The processor, as GOARCH.</param>
    public static bool RunsNatively(string architecture) => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => architecture is "amd64" or "386",
        Architecture.X86 => architecture is "386",
        Architecture.Arm64 => architecture is "arm64",
        Architecture.Arm => architecture is "arm",
        Architecture.S390x => architecture is "s390x",
        Architecture.Ppc64le => architecture is "ppc64le",
        Architecture.RiscV64 => architecture is "riscv64",
        Architecture.LoongArch64 => architecture is "loong64",
        _ => false,
    };

    /// <summary>The emulator for a processor; null when none is needed, when there is none, and when the kernel is too old to be told of it for containers alone.</summary>
    /// <param name="architecture">The processor, as GOARCH.</param>
    public Emulator? Find(string architecture)
    {
        if (RunsNatively(architecture) || ProcessorFormat.Find(architecture) is not { } format)
            return null;
        string name = "qemu-" + format.QemuName;
        if (IsRegistered(name))
            return new Emulator(name, Path: null);
        return KernelVersion() >= NamespacedKernel && FindProgram(name) is { } path ? new Emulator(name, path) : null;
    }

    /// <summary>What the kernel is told for all emulators that are found and that it does not know.</summary>
    internal IEnumerable<string> Registrations()
    {
        foreach (string architecture in ProcessorFormat.Architectures)
        {
            if (Find(architecture) is { Path: { } path } && ProcessorFormat.Find(architecture) is { } format)
                yield return format.RegistrationOf(path);
        }
    }

    // "6.7.0-rc1-amd64"
    private static Version KernelVersion()
    {
        string release = File.ReadAllText("/proc/sys/kernel/osrelease");
        string[] numbers = release.Split('.', '-');
        return numbers.Length > 1 && Version.TryParse($"{numbers[0]}.{numbers[1].Trim()}", out Version? version) ? version : new Version();
    }

    // One that is opened only when a program starts (without F) would have to be in the container.
    private static bool IsRegistered(string name)
    {
        try
        {
            string[] lines = File.ReadAllLines(Registered + name);
            return lines.Contains("enabled") && lines.Any(static l => l.StartsWith("flags:", StringComparison.Ordinal) && l.Contains('F', StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string? FindProgram(string name)
    {
        foreach (string program in (string[])[name + "-static", name])
        {
            if (SearchPath.Find(searchPath, program) is { } path && IsStatic(path))
                return path;
        }
        return null;
    }

    // Another would look for its libraries in the container. elf(5).
    private static bool IsStatic(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            Span<byte> header = stackalloc byte[64];
            file.ReadExactly(header);
            if (header is not [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, ..])
                return false;
            long start = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
            int size = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
            int count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
            if (size < sizeof(int) || count > MaxHeaders)
                return false;
            Span<byte> type = stackalloc byte[sizeof(int)];
            for (int i = 0; i < count; i++)
            {
                file.Position = start + ((long)i * size);
                file.ReadExactly(type);
                if (BinaryPrimitives.ReadInt32LittleEndian(type) == InterpreterHeader)
                    return false;
            }
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            return false;
        }
    }
}
