using System.Collections.Immutable;
using System.Diagnostics;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;

namespace Caisson.Linux.Sandbox;

/// <summary>Finds out by trying which rung this process can reach.</summary>
/// <param name="searchPath">Directories to look for programs in, separated by colons.</param>
/// <param name="user">The user's name; may be empty when it is not known.</param>
public sealed class LadderProbe(string searchPath, string user)
{
    private const int SystemAdministration = 21; // CAP_SYS_ADMIN

    // What the build makes its own namespaces with (PrivateNamespaces): where this does not work, nothing of it does.
    private static readonly string[] Namespaces = ["--mount", "--pid", "--fork", "--mount-proc", "--", "true"];

    /// <summary>Whether this process is a root who can make namespaces and mounts already. Costs no process.</summary>
    public static bool IsRoot => CurrentProcess.EffectiveUserId == 0 && CurrentProcess.HasCapability(SystemAdministration);

    /// <summary>The path of <c>unshare</c>; null when it is not on this machine.</summary>
    public string? UnsharePath { get; } = SearchPath.Find(searchPath, "unshare");

    /// <summary>Tries the rungs, the highest first, each with one short process.</summary>
    /// <param name="highest">Where to begin; the rungs above count as refused.</param>
    public Ladder Find(Rung highest)
    {
        ImmutableArray<RungObstacle>.Builder above = ImmutableArray.CreateBuilder<RungObstacle>();
        foreach ((Rung rung, Func<RungObstacle?> attempt) in ((Rung, Func<RungObstacle?>)[])[(Rung.AllIds, TryAllIds), (Rung.OneId, TryOneId)])
        {
            RungObstacle? obstacle = rung < highest ? new RungObstacle(rung, "CAISSON_RUNG asks for a lower rung", "unset CAISSON_RUNG") : attempt();
            if (obstacle is null)
                return new Ladder(rung, above.ToImmutable());
            above.Add(obstacle);
        }
        return new Ladder(Rung.FilesOnly, above.ToImmutable());
    }

    private RungObstacle? TryAllIds()
    {
        foreach (string program in (string[])["newuidmap", "newgidmap"])
        {
            if (SearchPath.Find(searchPath, program) is null)
                return new RungObstacle(Rung.AllIds, $"{program} is not on this machine", "apt-get install uidmap");
        }
        if (!SubordinateIds.Exist(user, CurrentProcess.EffectiveUserId))
        {
            string name = user.Length > 0 ? user : "USER";
            return new RungObstacle(
                Rung.AllIds,
                "this user has no subordinate ids in /etc/subuid and /etc/subgid",
                $"as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {name}");
        }
        return Try(Rung.AllIds);
    }

    private RungObstacle? TryOneId() => Try(Rung.OneId);

    private RungObstacle? Try(Rung rung)
    {
        if (UnsharePath is not { } unshare)
            return new RungObstacle(rung, "unshare is not on this machine", "apt-get install util-linux");
        if (Run(unshare, [.. UserNamespace.Options(rung), .. Namespaces]) is not { } refusal)
            return null;
        // What is it that fails: the user namespace itself, or what is to be made in it?
        string? plain = Run(unshare, [.. UserNamespace.Options(rung), "--", "true"]);
        return new RungObstacle(rung, plain ?? refusal, plain is not null ? NamespaceRules.CureOf(plain) : NamespaceRules.ContainerCure);
    }

    // Null when it worked; otherwise what the program said.
    private static string? Run(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using Process process = DirectLauncher.Start(start);
        process.StandardInput.Close();
        string said = process.StandardError.ReadToEnd().Trim().Split('\n')[^1];
        process.WaitForExit();
        if (process.ExitCode == 0)
            return null;
        return $"unshare {string.Join(' ', arguments.TakeWhile(static a => a != "--"))}: {(said.StartsWith("unshare: ", StringComparison.Ordinal) ? said["unshare: ".Length..] : said)}";
    }
}
