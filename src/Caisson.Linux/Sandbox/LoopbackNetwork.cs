using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Caisson.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Sandbox;

/// <summary>
/// A network namespace that holds a loopback and nothing else, for a container to be put into, with a socket inside that this process listens on. Whatever is sent to any
/// other address arrives nowhere, and is told (<see cref="ReadAttemptsAsync"/>).
/// </summary>
/// <remarks>
/// Held by a small process inside the build's namespaces, as these are. The sockets are made by a thread that has entered the namespace and ends at once; a socket belongs to the
/// namespace that it was made in, whoever uses it.
/// </remarks>
public sealed class LoopbackNetwork : IAsyncDisposable
{
    private const string Holder = "echo $$; exec cat";
    private const int LargestPacket = 64 << 10;

    private readonly Process _holder;
    private readonly SafeFileHandle _namespace;
    private readonly Socket? _watch;

    private LoopbackNetwork(Process holder, SafeFileHandle handle, string path, Sockets sockets)
    {
        _holder = holder;
        _namespace = handle;
        Path = path;
        Listener = new Socket(sockets.Listener);
        _watch = sockets.Watch is { } watch ? new Socket(watch) : null;
    }

    /// <summary>The namespace's path, as programs see it that are started in the namespaces of the build.</summary>
    public string Path { get; }

    /// <summary>The socket that listens inside.</summary>
    public Socket Listener { get; }

    /// <summary>Makes one.</summary>
    /// <param name="namespaces">The namespaces of the build.</param>
    /// <param name="users">The user namespace that the container is put into; null for that of this process.</param>
    /// <param name="listenAt">The address on the loopback to listen at.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="SandboxException">The kernel does not allow it.</exception>
    internal static async Task<LoopbackNetwork> CreateAsync(PrivateNamespaces namespaces, JoinedUserNamespace? users, IPEndPoint listenAt, CancellationToken ct)
    {
        string[] unshare = ["--net", "--", "sh", "-c", Holder];
        ProcessStartInfo start = users is null
            ? new("unshare", unshare)
            : new("nsenter", ["--user=" + users.Path, "--preserve-credentials", "--", "unshare", .. unshare]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        Process holder = await namespaces.StartAsync(start, ct).ConfigureAwait(false);
        SafeFileHandle? handle = null;
        try
        {
            string? number = await holder.StandardOutput.ReadLineAsync(ct).ConfigureAwait(false);
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int inside))
                throw new SandboxException($"cannot make a network namespace: {(await holder.StandardError.ReadToEndAsync(ct).ConfigureAwait(false)).Trim()}");
            string path = $"/proc/{inside}/ns/net"; // inside the namespaces, where its number is another one
            handle = await namespaces.RunAsync(() => File.OpenHandle(path)).ConfigureAwait(false);
            Sockets sockets = RunInside(handle, () => Furnish(listenAt));
            return new LoopbackNetwork(holder, handle, path, sockets);
        }
        catch (Exception e)
        {
            handle?.Dispose();
            holder.Kill(); // what it started ends with its standard input
            holder.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw new SandboxException($"cannot make a network namespace: {e.Message}", e);
            throw;
        }
    }

    /// <summary>What programs inside tried to reach besides the loopback, as they try it, until this is disposed.</summary>
    /// <param name="ct">Ends it.</param>
    public async IAsyncEnumerable<NetworkAttempt> ReadAttemptsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        if (_watch is null)
            yield break;
        byte[] packet = new byte[LargestPacket];
        while (true)
        {
            int length;
            try
            {
                length = await _watch.ReceiveAsync(packet, SocketFlags.None, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                yield break;
            }
            if (NetworkAttempt.Read(packet.AsSpan(0, length)) is { } attempt)
                yield return attempt;
        }
    }

    /// <summary>The command line of the process inside that has a port; null when it cannot be told.</summary>
    /// <param name="port">The port that the process sends from.</param>
    public string? FindProcess(int port)
    {
        try
        {
            return RunInside(_namespace, () => SocketOwners.FindSocket(port)) is { } socket ? SocketOwners.FindProcess(socket) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Listener.Dispose();
        _watch?.Dispose();
        _namespace.Dispose();
        _holder.StandardInput.Close();
        await _holder.WaitForExitAsync().ConfigureAwait(false);
        _holder.Dispose();
    }

    private static Sockets Furnish(IPEndPoint listenAt)
    {
        NetworkNamespaces.RaiseLoopback();
        NetworkNamespaces.RouteEverythingToLoopback();
        return new Sockets(NetworkNamespaces.Listen(listenAt), TryWatch());
    }

    // A kernel without packet sockets: what is tried is refused all the same.
    private static SafeSocketHandle? TryWatch()
    {
        try
        {
            return NetworkNamespaces.Watch();
        }
        catch (SystemCallException)
        {
            return null;
        }
    }

    // On a thread of its own, which does nothing but calls of the kernel: a thread that is started belongs to the namespaces of the one that starts it.
    private static T RunInside<T>(SafeFileHandle ns, Func<T> action)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                NetworkNamespaces.Enter(ns);
                result = action();
            }
            catch (Exception e) // thrown again by who waits
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { Name = "caisson network", IsBackground = true };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!; // set, since nothing failed
    }

    private sealed record Sockets(SafeSocketHandle Listener, SafeSocketHandle? Watch);
}
