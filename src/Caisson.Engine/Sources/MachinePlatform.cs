using System.Runtime.InteropServices;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources;

/// <summary>The platform of this machine, and those whose programs run on it.</summary>
internal static class MachinePlatform
{
    private const string Handlers = "/proc/sys/fs/binfmt_misc";

    /// <summary>This machine's platform.</summary>
    public static Platform Current { get; } = new Platform
    {
        Os = "linux",
        Architecture = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "amd64",
            Architecture.X86 => "386",
            Architecture.Arm64 => "arm64",
            Architecture.Arm => "arm",
            Architecture.S390x => "s390x",
            Architecture.Ppc64le => "ppc64le",
            Architecture.RiscV64 => "riscv64",
            Architecture.LoongArch64 => "loong64",
            Architecture other => other.ToString().ToLowerInvariant(),
        },
    }.Normalize();

    /// <summary>Whether programs of a platform run here: the machine's own, those its processor runs as well, and those that an emulator is registered for.</summary>
    public static bool CanRun(Platform platform)
    {
        if (platform.Os != "linux")
            return false;
        if (platform.Architecture == Current.Architecture || (platform.Architecture == "386" && Current.Architecture == "amd64"))
            return true;
        string emulated = platform.Architecture switch
        {
            "amd64" => "x86_64",
            "arm64" => "aarch64",
            "386" => "i386",
            "loong64" => "loongarch64",
            string other => other,
        };
        return File.Exists(Path.Combine(Handlers, "qemu-" + emulated));
    }
}
