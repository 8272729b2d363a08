using System.Globalization;

namespace Caisson.Linux.Processes;

/// <summary>Finds the child of a process that starts one and no other.</summary>
internal static class ChildProcess
{
    /// <summary>The process id of the child; null when there is none.</summary>
    /// <remarks>proc(5), <c>/proc/pid/stat</c>: the second field behind the name in brackets is the parent.</remarks>
    public static int? Of(int parentId)
    {
        foreach (string directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int processId))
                continue;
            try
            {
                string stat = File.ReadAllText(Path.Combine(directory, "stat"));
                string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 1 && fields[1] == parentId.ToString(CultureInfo.InvariantCulture))
                    return processId;
            }
            catch (IOException)
            {
                // It ended while it was looked at.
            }
        }
        return null;
    }
}
