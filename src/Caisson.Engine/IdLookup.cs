using System.Globalization;
using Caisson.Dockerfile.Source;

namespace Caisson.Engine;

/// <summary>Finds what a name on the command line stands for among things that have ids: the id, the beginning of it when no other begins so, or <c>^</c> and how many came after it (<c>^0</c> is the newest).</summary>
/// <param name="Thing">What they are, one of them: "build".</param>
/// <param name="Things">Several of them: "builds".</param>
/// <param name="Where">Where they were looked for, behind a space; may be empty.</param>
/// <param name="Empty">What is said when there is none at all.</param>
/// <param name="ListedBy">How to see them all.</param>
/// <param name="Unknown">The code for a name that stands for none.</param>
/// <param name="Ambiguous">The code for one that stands for several.</param>
internal sealed record IdLookup(string Thing, string Things, string Where, string Empty, string ListedBy, string Unknown, string Ambiguous)
{
    private const int MaxShown = 3;

    /// <summary>Finds one.</summary>
    /// <param name="name">The name.</param>
    /// <param name="ids">All ids, the newest first.</param>
    /// <param name="read">Reads the one of an id; null when there is nothing to be read.</param>
    /// <exception cref="BuildException">There is no such one, or more than one.</exception>
    public T Find<T>(string name, IReadOnlyList<string> ids, Func<string, T?> read)
        where T : class
    {
        if (name.StartsWith('^'))
            return FindByAge(name == "^" ? "^1" : name, ids, read); // as in git
        string[] fitting = ids.Contains(name) ? [name] : [.. ids.Where(id => id.StartsWith(name, StringComparison.OrdinalIgnoreCase))];
        if (fitting.Length > 1)
        {
            string shown = string.Join(", ", fitting.Take(MaxShown));
            throw new BuildException(Ambiguous, $"{fitting.Length} {Things} begin with \"{name}\"", $"write more of the id: {shown}{(fitting.Length > MaxShown ? ", …" : "")}");
        }
        if (fitting is [string only] && read(only) is { } found)
            return found;
        throw new BuildException(Unknown, $"there is no {Thing} \"{name}\"{Where}", Suggestion.Hint(name, ids) ?? $"{ListedBy}; ^0 is the newest");
    }

    private T FindByAge<T>(string name, IReadOnlyList<string> ids, Func<string, T?> read)
        where T : class
    {
        if (!int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int behind))
            throw new BuildException(Unknown, $"there is no {Thing} \"{name}\"", $"write ^ and a number: ^0 is the newest {Thing}, ^1 the one before it");
        foreach (string id in ids)
        {
            if (read(id) is { } found && behind-- == 0)
                return found;
        }
        throw new BuildException(Unknown, $"there is no {Thing} {name}{Where}: {(ids.Count == 0 ? Empty : $"the oldest of {ids.Count} is ^{ids.Count - 1}")}", ListedBy);
    }
}
