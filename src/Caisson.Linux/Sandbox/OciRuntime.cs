using System.Collections.Immutable;
using Caisson.Linux.Processes;

namespace Caisson.Linux.Sandbox;

/// <summary>An OCI runtime found on this machine.</summary>
/// <param name="Name">Its name: <c>crun</c>, <c>runc</c> or <c>youki</c>.</param>
/// <param name="Path">Where it is.</param>
public sealed record OciRuntime(string Name, string Path)
{
    /// <summary>The runtimes that are looked for, the preferred one first.</summary>
    public static ImmutableArray<string> Known { get; } = ["crun", "runc", "youki"];

    /// <summary>Whether it must not see the machine's cgroups: crun refuses to start where version 1 and version 2 are mixed.</summary>
    internal bool HidesCgroups => Name == "crun";

    /// <summary>Whether the flags of the root's mount stay as they are. Inside a user namespace the kernel sees to that.</summary>
    internal bool KeepsMountFlags => Name == "runc" || UserNamespace.IsInside;

    /// <summary>Whether it can be given the filter of system calls as the kernel takes it.</summary>
    /// <remarks>crun(1), <c>run.oci.seccomp_bpf_data</c>; since 0.17.</remarks>
    internal bool TakesSeccompFilter => Name == "crun";

    /// <summary>Whether the terminal of a container takes the size of the window that it is shown in, also when that changes.</summary>
    internal bool FollowsWindow => Name == "runc";

    /// <summary>Options that come before the command.</summary>
    /// <param name="stateDirectory">Where it keeps what it knows of running containers.</param>
    /// <remarks>crun is told not to make cgroups, for it sees none (<see cref="HidesCgroups"/>), and a step has no limits to enforce.</remarks>
    internal ImmutableArray<string> Options(string stateDirectory) =>
        HidesCgroups ? ["--root", stateDirectory, "--cgroup-manager=disabled"] : ["--root", stateDirectory];

    /// <summary>Finds a runtime in the directories of a search path; null when none is there.</summary>
    /// <param name="searchPath">Directories, separated by colons.</param>
    /// <param name="only">A name or path to use instead of the preferred one, or null.</param>
    public static OciRuntime? Find(string searchPath, string? only = null)
    {
        if (only?.Contains('/', StringComparison.Ordinal) == true)
            return File.Exists(only) ? new OciRuntime(System.IO.Path.GetFileName(only), only) : null;
        return (only is null ? Known : [only]).Select(name => (name, path: SearchPath.Find(searchPath, name)))
            .Where(static found => found.path is not null)
            .Select(static found => new OciRuntime(found.name, found.path!)) // not null: filtered above
            .FirstOrDefault();
    }
}
