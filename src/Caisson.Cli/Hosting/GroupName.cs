using System.Globalization;

namespace Caisson.Cli.Hosting;

/// <summary>The groups of this machine, by <c>/etc/group</c>.</summary>
internal static class GroupName
{
    private const string AccountFile = "/etc/group";

    /// <summary>The number of a group.</summary>
    /// <param name="name">Its name or number.</param>
    /// <exception cref="UsageException">There is no such group.</exception>
    public static uint Find(string name)
    {
        if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            return number;
        foreach (string line in File.Exists(AccountFile) ? File.ReadLines(AccountFile) : [])
        {
            // name:password:number:members
            if (line.Split(':') is [var group, _, var id, ..] && group == name && uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out uint found))
                return found;
        }
        throw new UsageException($"--group {name}: there is no such group in {AccountFile}; write one that is there, or its number");
    }
}
