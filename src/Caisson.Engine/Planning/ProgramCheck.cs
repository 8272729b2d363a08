using Caisson.Dockerfile.Source;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>Whether the programs of steps can be run here. Steps of Dockerfiles and of graphs that were given are held against the same one.</summary>
/// <param name="machine">The platform of this machine.</param>
/// <param name="supportOf">How programs of a platform run here.</param>
internal sealed class ProgramCheck(Platform machine, Func<Platform, ProgramSupport> supportOf)
{
    private const string CrossCompile = "cross-compile in a stage FROM --platform=$BUILDPLATFORM, with $TARGETOS and $TARGETARCH";
    private const string Install = "install qemu-user-static";

    /// <summary>Why no program can be run here at all; null when programs can.</summary>
    public RunRefusal? Refusal { get; init; }

    /// <summary>Checks the program of a step.</summary>
    /// <param name="platform">The platform that it is for.</param>
    /// <param name="where">The RUN; null for a program that no Dockerfile asks for.</param>
    /// <returns>What the user should know of it; null when there is nothing.</returns>
    /// <exception cref="BuildException">It cannot be run.</exception>
    public Diagnostic? Check(Platform platform, SourceSpan? where)
    {
        if (Refusal is { } refusal)
            throw refusal.At(where);
        ProgramSupport support = supportOf(platform);
        if (support == ProgramSupport.None)
        {
            string message = $"programs for {platform} do not run on this machine ({machine})";
            throw new BuildException([new Diagnostic(EngineCodes.PlatformNotRunnable, Severity.Error, message, where, where is null ? Install : $"{CrossCompile}, or {Install}")]);
        }
        // An emulated step works, and its author may not have meant it: it is often many times slower than a compiler that runs here and builds for there.
        return support is ProgramSupport.By { Emulator: var emulator }
            ? new Diagnostic(EngineCodes.Emulated, Severity.Warning, $"this step is for {platform} and runs emulated, by {emulator}: that is slow", where, where is null ? null : CrossCompile + ", where there is a compiler")
            : null;
    }
}
