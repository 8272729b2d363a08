using Caisson.Engine;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;

namespace Caisson.Cli.Hosting;

/// <summary>
/// Lets a user who is not root build: the command starts itself anew, once, inside a user namespace in which the user is root and the
/// user's subordinate ids are the other users.
/// </summary>
internal static class RootlessEntry
{
    /// <summary>The variable that tells the second start from the first.</summary>
    public const string Mark = "CAISSON_ROOTLESS";

    /// <summary>Does so if it is needed. Returns when it is not; otherwise this process becomes the second start.</summary>
    /// <exception cref="BuildException">Something that it takes is missing.</exception>
    public static void Ensure(HostEnvironment environment)
    {
        if (CurrentProcess.EffectiveUserId == 0)
            return;
        if (environment.Variables.ContainsKey(Mark))
            throw new BuildException(EngineCodes.SandboxUnusable, "the user namespace gave no root", "caisson doctor says what this machine can do");
        string unshare = SearchPath.Find(environment.SearchPath, "unshare")
            ?? throw new BuildException(EngineCodes.MissingProgram, "unshare is not on this machine", "apt-get install util-linux");
        if (SearchPath.Find(environment.SearchPath, "newuidmap") is null)
            throw new BuildException(EngineCodes.MissingProgram, "building without root needs newuidmap, which is not on this machine", "apt-get install uidmap");
        string user = environment.Variables.GetValueOrDefault("USER") ?? "";
        if (!SubordinateIds.Exist(user, CurrentProcess.EffectiveUserId))
        {
            throw new BuildException(
                EngineCodes.SandboxUnusable,
                "building without root needs subordinate ids, and this user has none in /etc/subuid and /etc/subgid",
                $"as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {(user.Length > 0 ? user : "USER")}");
        }
        string[] variables = [.. environment.Variables.Select(static v => $"{v.Key}={v.Value}"), Mark + "=1"];
        UserNamespace.Reenter(unshare, [environment.ProgramPath, .. environment.Arguments], variables);
    }
}
