using Caisson.Daemon.Llb;
using Caisson.Engine.Spelling;

namespace Caisson.Daemon.Control;

/// <summary>
/// Where clients may have files taken from: their own directories, images, and addresses. A path is one on the machine of the daemon, which may read what they may not.
/// </summary>
internal static class ClientLocations
{
    private static readonly string[] Addresses = ["http://", "https://", "git://", "ssh://", "github.com/"];

    /// <summary>A build context that is elsewhere: the address of a git repository or of a file in the web.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static string Remote(string what, string location) => IsAddress(location)
        ? location
        : throw new UsageException($"{what} \"{location}\" is neither with the client nor an address: clients send directories over their session, others are https://…, ssh://… or git@host:path");

    /// <summary>A named context that is elsewhere: an image, or an address.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static string Named(string name, string location) =>
        location.StartsWith(LlbSources.ImageScheme, StringComparison.Ordinal) ? location : Remote($"the named context \"{name}\"", location);

    /// <summary>The path of a Dockerfile in its context: one that begins at the root begins at the context's, as with BuildKit.</summary>
    public static string Dockerfile(string path) => path.TrimStart('/');

    /// <summary>Whether a text is the address of a git repository or of a file in the web.</summary>
    public static bool IsAddress(string location) =>
        (Addresses.Any(a => location.StartsWith(a, StringComparison.Ordinal)) || IsOfUserAndHost(location)) && !Path.Exists(location);

    // user@host:path, as scp has it.
    private static bool IsOfUserAndHost(string location) => location.Split(':', 2) is [var host, { Length: > 0 }] && host.Split('@') is [{ Length: > 0 }, { Length: > 0 }] && !host.Contains('/', StringComparison.Ordinal);
}
