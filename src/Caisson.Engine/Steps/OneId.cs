using System.Globalization;
using Caisson.Linux.Sandbox;

namespace Caisson.Engine.Steps;

/// <summary>What programs cannot do where root is the only user: be another, or give a file to another.</summary>
internal static class OneId
{
    // What programs write of EINVAL (chown to an id that is not there) and EPERM (setgroups, setuid).
    private static readonly string[] Complaints = ["Invalid argument", "Operation not permitted"];

    /// <summary>Refuses to run a program as another user: run as root, it would see and make something else.</summary>
    public static StepException Refuse(SandboxUser user) => new(
        EngineCodes.IdMissing,
        string.Create(CultureInfo.InvariantCulture, $"the program is to run as {user.Uid}:{user.Gid}, and root is the only user here: this build has one id"),
        "give the user who builds subordinate ids (caisson doctor says how), or put USER behind the last RUN");

    /// <summary>Whether what a failed program wrote last may come of it.</summary>
    public static bool Explains(IReadOnlyList<string> tail)
    {
        foreach (string line in tail)
        {
            foreach (string complaint in Complaints)
            {
                if (line.Contains(complaint, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }
        return false;
    }
}
