using Caisson.Engine;
using Caisson.Linux.Native;
using Caisson.Linux.Sandbox;

namespace Caisson.Cli.Hosting;

/// <summary>
/// Lets a process that is not root build: the command starts itself anew, once, inside a user namespace in which it is root, on the highest rung of the
/// <see cref="Ladder"/> that this machine allows. On the lowest one it stays as it is.
/// </summary>
internal static class RootlessEntry
{
    /// <summary>The variable that names the highest rung to try: for finding out what a machine does.</summary>
    public const string HighestVariable = "CAISSON_RUNG";

    // The variable that tells the second start from the first, and tells it of that one: see Continuation.
    private const string Mark = "CAISSON_ROOTLESS";

    private static readonly (string Name, Rung Rung)[] Names = [("all-ids", Rung.AllIds), ("one-id", Rung.OneId), ("files-only", Rung.FilesOnly)];

    /// <summary>Whether the machine's root started this command, in its first start.</summary>
    public static bool IsStartedByRoot(HostEnvironment environment) => Continuation.Read(environment)?.ByRoot ?? CurrentProcess.EffectiveUserId == 0;

    /// <summary>The name of a rung.</summary>
    public static string NameOf(Rung rung) => Names[(int)rung].Name;

    /// <summary>Does so if it is needed. Returns the rung that this process is on; or this process becomes the second start.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="ownMounts">Whether a mount namespace of its own is wanted, too: root starts anew for it as well.</param>
    /// <exception cref="BuildException">The user namespace gave no root.</exception>
    /// <exception cref="UsageException">The variable names no rung.</exception>
    public static Ladder Enter(HostEnvironment environment, bool ownMounts = false)
    {
        if (Continuation.Read(environment) is { } first)
            return CurrentProcess.EffectiveUserId == 0 ? first.Ladder : throw new BuildException(EngineCodes.SandboxUnusable, "the user namespace gave no root", "caisson doctor says what this machine can do");
        Rung highest = Highest(environment);
        LadderProbe probe = new(environment.SearchPath, environment.Variables.GetValueOrDefault("USER") ?? "");
        if (LadderProbe.IsRoot && highest == Rung.AllIds)
        {
            Ladder here = UserNamespace.HasOneId ? new Ladder(Rung.OneId, [OnlyOne]) : Ladder.Top;
            if (ownMounts && probe.UnsharePath is { } program)
                UserNamespace.ReenterWithOwnMounts(program, Command(environment), Variables(environment, here));
            return here;
        }
        Ladder ladder = probe.Find(highest);
        if (ladder.Rung != Rung.FilesOnly && probe.UnsharePath is { } unshare)
            UserNamespace.Reenter(unshare, ladder.Rung, Command(environment), Variables(environment, ladder), ownMounts);
        return ladder;
    }

    /// <summary>Whether this is the second start.</summary>
    public static bool IsSecond(HostEnvironment environment) => Continuation.Read(environment) is not null;

    private static string[] Command(HostEnvironment environment) => [environment.ProgramPath, .. environment.Arguments];

    private static IReadOnlyList<string> Variables(HostEnvironment environment, Ladder ladder) =>
        environment.With(Mark, new Continuation(CurrentProcess.EffectiveUserId == 0, ladder).ToString());

    private static RungObstacle OnlyOne => new(Rung.AllIds, "the user namespace that this process is in has one id", "start it outside, or map more ids: unshare --map-auto");

    private static Rung Highest(HostEnvironment environment)
    {
        if (environment.Find(HighestVariable) is not { } name)
            return Rung.AllIds;
        foreach ((string known, Rung rung) in Names)
        {
            if (known == name)
                return rung;
        }
        throw new UsageException($"{HighestVariable}={name}: write all-ids, one-id or files-only");
    }

    // What the first start tells the second: whose it was, the rung, and what was wrong with the one above. One line each.
    private sealed record Continuation(bool ByRoot, Ladder Ladder)
    {
        private const string Root = "root";

        public static Continuation? Read(HostEnvironment environment)
        {
            if (environment.Find(Mark) is not { } text)
                return null;
            string[] lines = text.Split('\n');
            return lines is [var who, var reason, var cure]
                ? new Continuation(who == Root, new Ladder(Rung.OneId, [new RungObstacle(Rung.AllIds, reason, cure)]))
                : new Continuation(lines[0] == Root, Ladder.Top);
        }

        public override string ToString()
        {
            string who = ByRoot ? Root : "user";
            return Ladder.Above is [var above] ? $"{who}\n{above.Reason}\n{above.Cure}" : who;
        }
    }
}
