using System.Globalization;
using System.Text;
using Caisson.Linux.Native;

namespace Caisson.Linux.Sandbox;

/// <summary>Finds the process behind a port: /proc/net/tcp and its like name the socket, the files of a process name theirs (proc(5)).</summary>
internal static class SocketOwners
{
    private const int MaxCommandLength = 200;

    /// <summary>The number of the socket that has a port, in the network namespace of the calling thread; null when there is none.</summary>
    /// <exception cref="IOException">The tables cannot be read.</exception>
    public static string? FindSocket(int port)
    {
        string ending = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        foreach (string table in (string[])["tcp", "tcp6", "udp", "udp6"])
        {
            string path = "/proc/thread-self/net/" + table;
            if (!File.Exists(path))
                continue;
            foreach (string line in File.ReadLines(path))
            {
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[1].EndsWith(ending, StringComparison.Ordinal) && fields[9] != "0")
                    return fields[9];
            }
        }
        return null;
    }

    /// <summary>The command line of a process that has a socket open; null when none is found that may be looked at.</summary>
    public static string? FindProcess(string socket)
    {
        string link = $"socket:[{socket}]";
        using DirectoryHandle proc = DirectoryHandle.Open("/proc");
        foreach (string process in proc.List())
        {
            if (char.IsAsciiDigit(process[0]) && HasOpen(process, link))
                return CommandOf(process);
        }
        return null;
    }

    private static bool HasOpen(string process, string link)
    {
        string path = $"/proc/{process}/fd";
        try
        {
            using DirectoryHandle files = DirectoryHandle.Open(path);
            return files.List().Any(file => new FileInfo($"{path}/{file}").LinkTarget == link);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // another's, or gone
        {
            return false;
        }
    }

    private static string? CommandOf(string process)
    {
        try
        {
            string command = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process}/cmdline")).TrimEnd('\0').Replace('\0', ' ');
            command = string.Concat(command.Select(static c => char.IsControl(c) ? '?' : c));
            return command.Length > MaxCommandLength ? command[..MaxCommandLength] + "…" : command;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
