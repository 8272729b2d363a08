using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Caisson.Linux.Sandbox;

/// <summary>
/// Lets containers run programs of processors that this machine does not have, without a change to the machine: in a user namespace of their own the kernel
/// is told of the emulators, and containers are put into that. All ids in it are what they are outside.
/// </summary>
/// <remarks>
/// Since Linux 6.7 what binfmt_misc is told counts for the user namespace that it was mounted in (Documentation/admin-guide/binfmt-misc.rst). The namespace is held
/// by a small process inside the build's namespaces, and ends with them. Thread-safe.
/// </remarks>
internal sealed class Emulation
{
    // First the ids have to be there. The shell that comes then is root among them.
    private const string Holder = "echo $$; read -r _; register=$1; shift; exec sh -c \"$register\" \"$@\"";
    private const string Register = "mount -t binfmt_misc none \"$0\" && for format; do printf %s \"$format\" > \"$0/register\" || exit 1; done && echo ready && exec cat";

    private readonly Emulators _emulators;
    private readonly PrivateNamespaces _namespaces;
    private readonly string _mountPoint;
    private readonly Lazy<Task<JoinedUserNamespace>> _joined;

    /// <summary>Prepares it.</summary>
    /// <param name="emulators">What there is.</param>
    /// <param name="namespaces">The namespaces of the build.</param>
    /// <param name="mountPoint">An existing directory to mount on, which nobody else sees.</param>
    public Emulation(Emulators emulators, PrivateNamespaces namespaces, string mountPoint)
    {
        _emulators = emulators;
        _namespaces = namespaces;
        _mountPoint = mountPoint;
        _joined = new(CreateAsync);
    }

    /// <summary>The user namespace in which a processor's programs run; null when they run in any.</summary>
    /// <param name="architecture">The processor, as GOARCH; null for the machine's own.</param>
    /// <exception cref="SandboxException">The kernel cannot be told of the emulator.</exception>
    public async Task<JoinedUserNamespace?> FindAsync(string? architecture) =>
        architecture is not null && _emulators.Find(architecture) is { Path: not null } ? await _joined.Value.ConfigureAwait(false) : null;

    private async Task<JoinedUserNamespace> CreateAsync()
    {
        ProcessStartInfo start = new("unshare", ["--user", "--mount", "--", "sh", "-c", Holder, "sh", Register, _mountPoint, .. _emulators.Registrations()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process holder = await _namespaces.StartAsync(start, CancellationToken.None).ConfigureAwait(false);
        // Inside the namespaces, where its number is another one.
        string? number = await holder.StandardOutput.ReadLineAsync().ConfigureAwait(false);
        ImmutableArray<IdRange> users = IdRange.OfThisProcess("uid_map");
        ImmutableArray<IdRange> groups = IdRange.OfThisProcess("gid_map");
        if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            await _namespaces.RunAsync(() =>
            {
                File.WriteAllText($"/proc/{number}/uid_map", IdRange.IdentityMap(users));
                File.WriteAllText($"/proc/{number}/gid_map", IdRange.IdentityMap(groups));
            }).ConfigureAwait(false);
            await holder.StandardInput.WriteLineAsync().ConfigureAwait(false);
            if (await holder.StandardOutput.ReadLineAsync().ConfigureAwait(false) == "ready")
                return new JoinedUserNamespace($"/proc/{number}/ns/user", users, groups);
        }
        string reason = await holder.StandardError.ReadToEndAsync().ConfigureAwait(false);
        throw new SandboxException($"the kernel cannot be told of emulators: {reason.Trim()}");
    }
}
