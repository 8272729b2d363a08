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
    // One that the kernel does not take is missing later, and the others are there.
    private const string Register = "mount -t binfmt_misc none \"$0\" || exit; for format; do printf %s \"$format\" > \"$0/register\" || continue; done; echo ready $(ls \"$0\"); exec cat";

    private readonly Emulators _emulators;
    private readonly PrivateNamespaces _namespaces;
    private readonly string _mountPoint;
    private Lazy<Task<Joined>> _joined;

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
    public async Task<JoinedUserNamespace?> FindAsync(string? architecture)
    {
        if (architecture is null || _emulators.Find(architecture) is not { Path: not null } emulator)
            return null;
        Joined joined = await JoinAsync().ConfigureAwait(false);
        return joined.Emulators.Contains(emulator.Name) ? joined.Namespace : throw new SandboxException($"the kernel cannot be told of {emulator.Name}");
    }

    // What failed once is tried again by the next, and what somebody ended is made anew.
    private async Task<Joined> JoinAsync()
    {
        Lazy<Task<Joined>> joined = _joined;
        if (HasEnded(joined))
        {
            Interlocked.CompareExchange(ref _joined, new(CreateAsync), joined);
            joined = _joined;
        }
        try
        {
            return await joined.Value.ConfigureAwait(false);
        }
        catch
        {
            Interlocked.CompareExchange(ref _joined, new(CreateAsync), joined);
            throw;
        }
    }

    private static bool HasEnded(Lazy<Task<Joined>> joined) => joined is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true, Result.Holder.HasExited: true } };

    private async Task<Joined> CreateAsync()
    {
        ProcessStartInfo start = new("unshare", ["--user", "--mount", "--", "sh", "-c", Holder, "sh", Register, _mountPoint, .. _emulators.Registrations()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process holder = await _namespaces.StartAsync(start, CancellationToken.None).ConfigureAwait(false);
        try
        {
            return await JoinAsync(holder).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            holder.Kill(); // what it started ends with its standard input
            holder.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw new SandboxException($"the kernel cannot be told of emulators: {e.Message}", e);
            throw;
        }
    }

    private async Task<Joined> JoinAsync(Process holder)
    {
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
            if ((await holder.StandardOutput.ReadLineAsync().ConfigureAwait(false))?.Split(' ') is ["ready", .. string[] registered])
                return new Joined(holder, new JoinedUserNamespace($"/proc/{number}/ns/user", users, groups), registered);
        }
        string reason = await holder.StandardError.ReadToEndAsync().ConfigureAwait(false);
        throw new SandboxException($"the kernel cannot be told of emulators: {reason.Trim()}");
    }

    // The holder ends with its standard input, which closes when nothing refers to it any more.
    private sealed record Joined(Process Holder, JoinedUserNamespace Namespace, string[] Emulators);
}
