using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using Caisson.Engine;
using Caisson.Linux.Native;

namespace Caisson.Daemon.Hosting;

/// <summary>What a service manager gives a service that it starts: sockets that are bound already, and a place to say that it is ready.</summary>
/// <remarks>sd_listen_fds(3), sd_notify(3).</remarks>
public static class SocketActivation
{
    /// <summary>What is to be done about a socket that was given and is none.</summary>
    internal const string Hint = "LISTEN_FDS says how many sockets this process was started with: see packaging/systemd";

    private const int FirstDescriptor = 3;
    private const int MaxDescriptors = 64;

    /// <summary>The variables by which sockets are given, which programs that the daemon starts must not see: crun, for one, leaves as many of its descriptors to the step as one of them says.</summary>
    public static ImmutableArray<string> Variables { get; } = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];

    /// <summary>The sockets that this process was started with; none when they are another's.</summary>
    /// <param name="find">The value of an environment variable; null when it is not set.</param>
    /// <param name="processId">This process.</param>
    public static ImmutableArray<DaemonAddress> Read(Func<string, string?> find, int processId)
    {
        if (Number(find("LISTEN_PID")) != processId || Number(find("LISTEN_FDS")) is not (> 0 and <= MaxDescriptors and int count))
            return [];
        return [.. Enumerable.Range(FirstDescriptor, count).Select(DaemonAddress.Inherited)];
    }

    /// <summary>Keeps the sockets from the programs that this process starts, once it is known that it stays itself: a step could otherwise take other clients' connections.</summary>
    /// <param name="addresses">Where the daemon listens.</param>
    /// <exception cref="BuildException">One that was given is not open.</exception>
    public static void Claim(ImmutableArray<DaemonAddress> addresses)
    {
        foreach (DaemonAddress address in addresses)
        {
            if (address.Descriptor is not { } descriptor)
                continue;
            try
            {
                CurrentProcess.KeepFromPrograms(descriptor);
            }
            catch (SystemCallException e)
            {
                throw new BuildException(EngineCodes.AddressUnusable, $"cannot listen at {address}: {e.Message}", Hint, e);
            }
        }
    }

    /// <summary>Tells the service manager something, such as <c>READY=1</c>. Nobody listens where it did not start this process.</summary>
    /// <param name="find">The value of an environment variable; null when it is not set.</param>
    /// <param name="state">What is told.</param>
    public static void Notify(Func<string, string?> find, string state)
    {
        if (find("NOTIFY_SOCKET") is not ['/' or '@', ..] place)
            return;
        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // A name that begins so is not one of the file system.
            socket.Connect(new UnixDomainSocketEndPoint(place[0] == '@' ? '\0' + place[1..] : place));
            socket.Send(System.Text.Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException)
        {
            // It serves all the same.
        }
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
