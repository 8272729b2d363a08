using System.Runtime.InteropServices;
using Caisson.Engine.Planning;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources;

/// <summary>The platform of this machine, and how programs of others run on it.</summary>
internal static class MachinePlatform
{
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

    /// <summary>How programs of a platform run here.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="emulators">What runs those of other processors.</param>
    public static ProgramSupport SupportOf(Platform platform, Emulators emulators)
    {
        if (platform.Os != "linux")
            return ProgramSupport.None;
        if (Emulators.RunsNatively(platform.Architecture))
            return ProgramSupport.Native;
        return emulators.Find(platform.Architecture) is { } emulator ? new ProgramSupport.By(emulator.Name) : ProgramSupport.None;
    }
}
