using System.Diagnostics;
using System.Globalization;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Faults;

/// <summary>A system call of the command that fails or takes long, by the hand of strace.</summary>
/// <param name="Call">The system call.</param>
/// <param name="Effect">What becomes of it, in strace's words: <c>error=EIO</c>, <c>delay_exit=1000</c> (microseconds).</param>
/// <param name="First">The first call that it becomes of, counted in each thread from 1.</param>
/// <param name="IsLasting">Whether it becomes of all later ones too.</param>
internal sealed record InjectedFault(string Call, string Effect, int First, bool IsLasting)
{
    /// <summary>Makes a command suffer it: the command's own threads, not what it starts.</summary>
    /// <param name="start">How the command is started.</param>
    /// <param name="log">The file that tells what was done.</param>
    public ProcessStartInfo Around(ProcessStartInfo start, string log)
    {
        string when = string.Create(CultureInfo.InvariantCulture, $"{First}{(IsLasting ? "+" : "")}");
        ProcessStartInfo traced = new(Tool.Require("strace"), ["-f", "-b", "execve", "-qqq", "-o", log, "-e", "signal=none", "-e", $"trace={Call}", "-e", $"inject={Call}:{Effect}:when={when}", "--", start.FileName, .. start.ArgumentList])
        {
            WorkingDirectory = start.WorkingDirectory,
        };
        foreach ((string variable, string? value) in start.Environment)
            traced.Environment[variable] = value;
        return traced;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Call} {Effect} from {First}{(IsLasting ? " on" : "")}");
}
