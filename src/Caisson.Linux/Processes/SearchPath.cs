namespace Caisson.Linux.Processes;

/// <summary>Looks for programs the way a shell does.</summary>
public static class SearchPath
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The first executable file of that name in the directories; null when there is none.</summary>
    /// <param name="searchPath">Directories, separated by colons, as in PATH.</param>
    /// <param name="name">The program's name.</param>
    public static string? Find(string searchPath, string name) =>
        searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(IsProgram);

    private static bool IsProgram(string path)
    {
        try
        {
            return File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0;
        }
        catch (IOException)
        {
            return false; // a link to nothing exists all the same
        }
    }
}
