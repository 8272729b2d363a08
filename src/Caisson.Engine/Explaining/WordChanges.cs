using Caisson.Engine.Graph;

namespace Caisson.Engine.Explaining;

/// <summary>Tells which words of two definitions differ (<see cref="OperationWords"/>).</summary>
internal static class WordChanges
{
    /// <summary>What a sentence begins with that tells of other sources of a copy.</summary>
    public const string SourcesChanged = "what it copies changed: ";

    private const int MaxValueLength = 60;

    /// <summary>The differences, in sentences; those of the command and its variables first, as they stand in the definition.</summary>
    public static List<string> Of(IReadOnlyList<string> then, IReadOnlyList<string> now)
    {
        List<string> changes = [];
        Dictionary<string, (string Name, string Value)> before = Read(then);
        Dictionary<string, (string Name, string Value)> after = Read(now);
        foreach ((string key, (string name, string value)) in after)
        {
            if (!before.TryGetValue(key, out (string Name, string Value) old))
                changes.Add(Added(name, value));
            else if (old.Value != value)
                changes.Add(Changed(name, old.Value, value));
        }
        foreach ((string key, (string name, string value)) in before)
        {
            if (!after.ContainsKey(key))
                changes.Add(Removed(name, value));
        }
        if (changes.Count == 0 && !InOrder(before).SequenceEqual(InOrder(after), StringComparer.Ordinal))
            changes.Add("the order of its variables or mounts changed");
        return changes;
    }

    private static IEnumerable<string> InOrder(Dictionary<string, (string Name, string Value)> words) => words.Select(static w => w.Key);

    // By name; of a variable it does not matter who set it.
    private static Dictionary<string, (string Name, string Value)> Read(IReadOnlyList<string> words)
    {
        Dictionary<string, (string Name, string Value)> read = new(StringComparer.Ordinal);
        foreach (string word in words)
        {
            int end = EndOfName(word);
            string name = word[..end];
            string key = name.StartsWith(OperationWords.Argument, StringComparison.Ordinal) ? OperationWords.Variable + name[OperationWords.Argument.Length..] : name;
            // Two mounts may have one target: the first keeps the plain name.
            for (int twin = 2; !read.TryAdd(key, (name, word[(end + 1)..])); twin++)
                key = $"{name}#{twin}";
        }
        return read;
    }

    // The target of a mount may hold the sign itself: its value begins with its type, or with what it is.
    private static int EndOfName(string word)
    {
        if (word.StartsWith(OperationWords.Mount, StringComparison.Ordinal))
        {
            int value = Math.Max(word.LastIndexOf("=type=", StringComparison.Ordinal), word.LastIndexOf("=script ", StringComparison.Ordinal));
            if (value >= 0)
                return value;
        }
        return Math.Max(0, word.IndexOf('=', StringComparison.Ordinal));
    }

    private static string Added(string name, string value) => Valued(name) is { } shown ? $"{shown} is new: {Shown(value)}" : $"{name} is new";

    private static string Removed(string name, string value) => Valued(name) is { } shown ? $"{shown} is gone, which was {Shown(value)}" : $"{name} is gone";

    private static string Changed(string name, string then, string now) => name switch
    {
        OperationWords.Command => $"the command changed, which was {Shown(then)}",
        OperationWords.Sources => $"{SourcesChanged}{Shown(then)} → {Shown(now)}",
        _ when IsVariable(name) => $"{name} {Shown(then)} → {Shown(now)}",
        _ when then.StartsWith("script ", StringComparison.Ordinal) => "the script of the command changed",
        _ => $"{Named(name)} changed: {Shown(then)} → {Shown(now)}",
    };

    // Null for what is there or not, and has no value.
    private static string? Valued(string name) =>
        name.StartsWith("device ", StringComparison.Ordinal) || name.StartsWith("--add-host ", StringComparison.Ordinal) ? null : Named(name);

    private static string Named(string name) =>
        IsVariable(name) || name.StartsWith("--", StringComparison.Ordinal) || name.StartsWith(OperationWords.Mount, StringComparison.Ordinal) ? name : "the " + name;

    private static bool IsVariable(string name) =>
        name.StartsWith(OperationWords.Argument, StringComparison.Ordinal) || name.StartsWith(OperationWords.Variable, StringComparison.Ordinal);

    private static string Shown(string value)
    {
        string line = value.ReplaceLineEndings(" ");
        return line.Length == 0 ? "\"\"" : line.Length <= MaxValueLength ? line : string.Concat(line.AsSpan(0, MaxValueLength), "…");
    }
}
