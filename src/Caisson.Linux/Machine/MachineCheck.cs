using System.Collections.Immutable;
using System.Globalization;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Linux.Machine;

/// <summary>Looks at what this machine can do for builds, by trying it.</summary>
/// <param name="searchPath">Directories to look for programs in, separated by colons.</param>
/// <param name="runtime">The runtime to try; null for the preferred one.</param>
/// <param name="work">For what the trials need.</param>
public sealed class MachineCheck(string searchPath, string? runtime, WorkArea work)
{
    /// <summary>What this process has of what root has.</summary>
    public Ladder Ladder { get; init; } = Ladder.Top;

    /// <summary>Everything, the most important first.</summary>
    public async Task<ImmutableArray<Finding>> RunAsync(CancellationToken ct)
    {
        List<Finding> findings = [Who(), .. LadderFindings.Of(Ladder)];
        SandboxHost host = new(new SandboxHostOptions { SearchPath = searchPath, Runtime = runtime }, work);
        await using (host.ConfigureAwait(false))
        {
            // On the lowest rung none of these works, and what keeps it from the next one is told already.
            if (Ladder.Rung != Rung.FilesOnly)
            {
                findings.Add(await NamespacesAsync(host, ct).ConfigureAwait(false));
                findings.Add(await OverlayAsync(host, ct).ConfigureAwait(false));
                findings.Add(await RuntimeAsync(host, ct).ConfigureAwait(false));
            }
        }
        // Others than root are told this of themselves above.
        if (Ladder.Rung == Rung.AllIds && !UserNamespace.IsInside)
            findings.AddRange([UserNamespaces(), Subordinates()]);
        findings.AddRange([Seccomp(), EmulatorsFound()]);
        findings.AddRange([
            Library("zstd", ZstdDecoder.IsAvailable, "libzstd1"), Library("xz", XzDecoder.IsAvailable, "liblzma5"), Library("bzip2", Bzip2Decoder.IsAvailable, "libbz2-1.0"),
        ]);
        findings.AddRange([
            Program("mmdebstrap", "caisson base makes base images with it", "mmdebstrap"), Program("git", "the time of images comes from the newest commit", "git"),
            Program("gpg", "OpenPGP signatures of git repositories are checked with it", "gnupg"), Program("ssh-keygen", "SSH signatures of git repositories are checked with it", "openssh-client"),
        ]);
        return [.. findings];
    }

    private static Finding Who() => UserNamespace.IsInside
        ? new Finding("user", FindingState.Works, "root of a user namespace")
        : new Finding("user", FindingState.Works, CurrentProcess.EffectiveUserId == 0 ? "root" : string.Create(CultureInfo.InvariantCulture, $"uid {CurrentProcess.EffectiveUserId}"));

    private static Task<Finding> NamespacesAsync(SandboxHost host, CancellationToken ct) => TryAsync(
        "namespaces",
        "install util-linux; in a container, allow CAP_SYS_ADMIN or user namespaces",
        async () =>
        {
            await host.GetNamespacesAsync(ct).ConfigureAwait(false);
            return "private mount and process namespaces can be made";
        });

    private Task<Finding> OverlayAsync(SandboxHost host, CancellationToken ct) => TryAsync(
        "overlay",
        "load the module overlay, and keep the store on a file system that overlay can write to (ext4, xfs, btrfs; not overlay itself)",
        async () =>
        {
            PrivateNamespaces namespaces = await host.GetNamespacesAsync(ct).ConfigureAwait(false);
            OverlayMarks marks = UserNamespace.IsInside ? OverlayMarks.User : OverlayMarks.Trusted;
            OverlayRoot root = await OverlayRoot.MountAsync(namespaces, work, [], marks).ConfigureAwait(false);
            await root.DisposeAsync().ConfigureAwait(false);
            return "layers can be mounted";
        });

    private Task<Finding> RuntimeAsync(SandboxHost host, CancellationToken ct) => TryAsync(
        "OCI runtime",
        "apt-get install crun (or runc)",
        async () =>
        {
            ISandbox sandbox = await host.GetSandboxAsync(ct).ConfigureAwait(false);
            OciRuntime found = OciRuntime.Find(searchPath, runtime) ?? throw new MissingRuntimeException(runtime);
            int exitCode = await sandbox.RunAsync(Trial(), Silence.Instance, ct).ConfigureAwait(false);
            ProcessResult version = await ProcessRunner.Direct.CaptureAsync(new ProcessRequest { File = found.Path, Arguments = ["--version"] }, ct).ConfigureAwait(false);
            return exitCode == 0
                ? $"{version.Output.Split('\n')[0]} at {found.Path} runs containers"
                : throw new SandboxException(string.Create(CultureInfo.InvariantCulture, $"{found.Path}: a container ended with exit code {exitCode}"));
        });

    // A container that sees the machine's own programs and does nothing.
    private SandboxRequest Trial() => new()
    {
        Id = "doctor",
        RootPath = work.NewDirectory("doctor"),
        Arguments = ["/bin/true"],
        Mounts = [.. ((string[])["/usr", "/bin", "/lib", "/lib64"]).Where(Directory.Exists).Select(static d => new SandboxMount.Bind(d, d, ReadOnly: true))],
    };

    private static Finding UserNamespaces()
    {
        const string limitFile = "/proc/sys/user/max_user_namespaces";
        string limit = File.Exists(limitFile) ? File.ReadAllText(limitFile).Trim() : "0";
        return limit == "0"
            ? new Finding("user namespaces", FindingState.Limited, "switched off: users who are not root can only put files together", "sysctl user.max_user_namespaces=10000")
            : new Finding("user namespaces", FindingState.Works, "users who are not root can build");
    }

    private Finding Subordinates()
    {
        if (SearchPath.Find(searchPath, "newuidmap") is null || SearchPath.Find(searchPath, "newgidmap") is null)
            return new Finding("subordinate ids", FindingState.Limited, "newuidmap and newgidmap are missing: other users than root build with one id", "apt-get install uidmap");
        int users = File.Exists("/etc/subuid") ? File.ReadLines("/etc/subuid").Count(static l => l.Contains(':', StringComparison.Ordinal)) : 0;
        return users == 0
            ? new Finding("subordinate ids", FindingState.Limited, "no user has any: other users than root build with one id", "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER")
            : new Finding("subordinate ids", FindingState.Works, string.Create(CultureInfo.InvariantCulture, $"{users} entries in /etc/subuid"));
    }

    private static Finding Seccomp() => HostTraits.Read().HasSeccomp
        ? new Finding("seccomp", FindingState.Works, "system calls of steps are filtered")
        : new Finding("seccomp", FindingState.Limited, "the kernel has no filter: steps may make any system call");

    private Finding EmulatorsFound()
    {
        Emulators emulators = new(searchPath);
        string[] found = [.. ProcessorFormat.Architectures.Where(a => emulators.Find(a) is not null)];
        return found.Length == 0
            ? new Finding("emulators", FindingState.Limited, "none: steps run for this machine's processor only", "apt-get install qemu-user-static (and binfmt-support, where Linux is older than 6.7)")
            : new Finding("emulators", FindingState.Works, "steps run for " + string.Join(", ", found));
    }

    private static Finding Library(string compression, bool isAvailable, string package) => isAvailable
        ? new Finding(compression, FindingState.Works, $"archives compressed with {compression} can be read")
        : new Finding(compression, FindingState.Limited, $"its library is missing: archives compressed with {compression} cannot be read", $"apt-get install {package}");

    private Finding Program(string name, string use, string package) => SearchPath.Find(searchPath, name) is { } path
        ? new Finding(name, FindingState.Works, path)
        : new Finding(name, FindingState.Limited, $"missing; {use}", $"apt-get install {package}");

    private static async Task<Finding> TryAsync(string name, string cure, Func<Task<string>> trial)
    {
        try
        {
            return new Finding(name, FindingState.Works, await trial().ConfigureAwait(false));
        }
        catch (Exception e) when (e is SandboxException or MissingRuntimeException or ProcessStartException or IOException)
        {
            return new Finding(name, FindingState.Missing, e.Message, cure);
        }
    }

    private sealed class Silence : IProcessOutput
    {
        public static Silence Instance { get; } = new();

        public void Write(OutputStream stream, ReadOnlySpan<byte> bytes)
        {
        }
    }
}
