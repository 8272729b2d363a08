using System.Globalization;

namespace Caisson.Linux.Files;

/// <summary>The file systems that this process sees, and where: to tell people on which one a file is.</summary>
/// <remarks>proc_pid_mountinfo(5).</remarks>
public sealed class MountTable
{
    private const int PathField = 4;
    private const string Separator = "-";

    private readonly (string Path, string FileSystem)[] _mounts;

    private MountTable((string Path, string FileSystem)[] mounts) => _mounts = mounts;

    /// <summary>Reads it; it is empty where it cannot be read.</summary>
    public static MountTable Read()
    {
        try
        {
            return Parse(File.ReadLines("/proc/self/mountinfo"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Parse([]);
        }
    }

    /// <summary>The mount that a file belongs to, which need not be there; null when none is known.</summary>
    /// <param name="path">An absolute path without links.</param>
    public (string Path, string FileSystem)? Find(string path)
    {
        (string Path, string FileSystem)? found = null;
        foreach ((string Path, string FileSystem) mount in _mounts)
        {
            // Of two at one place the later one hides the other.
            if (IsBelow(path, mount.Path) && (found is null || mount.Path.Length >= found.Value.Path.Length))
                found = mount;
        }
        return found;
    }

    /// <summary>Whether an absolute path is that of a directory, or of something in it.</summary>
    public static bool IsBelow(string path, string directory) =>
        directory == "/" || (path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] == '/'));

    /// <summary>Reads lines of the kernel.</summary>
    internal static MountTable Parse(IEnumerable<string> lines)
    {
        List<(string, string)> mounts = [];
        foreach (string line in lines)
        {
            string[] fields = line.Split(' ');
            int separator = Array.IndexOf(fields, Separator, Math.Min(PathField, fields.Length));
            if (separator >= 0 && separator + 1 < fields.Length)
                mounts.Add((Unescape(fields[PathField]), fields[separator + 1]));
        }
        return new MountTable([.. mounts]);
    }

    // The kernel writes blanks, line breaks and backslashes as three octal digits.
    private static string Unescape(string field)
    {
        int backslash;
        for (int from = 0; (backslash = field.IndexOf('\\', from)) >= 0; from = backslash + 1)
        {
            ReadOnlySpan<char> digits = field.AsSpan(backslash + 1, Math.Min(3, field.Length - backslash - 1));
            if (digits.Length == 3 && !digits.ContainsAnyExceptInRange('0', '7'))
                field = string.Concat(field.AsSpan(0, backslash), ((char)Octal(digits)).ToString(CultureInfo.InvariantCulture), field.AsSpan(backslash + 4));
        }
        return field;
    }

    private static int Octal(ReadOnlySpan<char> digits) => ((digits[0] - '0') << 6) | ((digits[1] - '0') << 3) | (digits[2] - '0');
}
