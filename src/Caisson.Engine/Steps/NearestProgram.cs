using System.Text.RegularExpressions;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Finds the program that was meant by a name that a shell did not find.</summary>
internal static partial class NearestProgram
{
    private const int MaxLengthDifference = 3;
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The program in the step's PATH whose name is nearest; null when none is near, or when the shell did not say what it looked for.</summary>
    /// <param name="tree">The file system of the step.</param>
    /// <param name="run">The step.</param>
    /// <param name="tail">The last lines that it wrote.</param>
    public static string? Find(IFileTree tree, Operation.Run run, IReadOnlyList<string> tail)
    {
        if (tail.Select(static line => NotFound().Match(line)).LastOrDefault(static m => m.Success) is not { } match)
            return null;
        string name = match.Groups[1].Value;
        string path = run.Environment.LastOrDefault(static v => v.StartsWith("PATH=", StringComparison.Ordinal))?["PATH=".Length..] ?? DefaultPath;
        string[] programs =
        [
            .. path.Split(':', StringSplitOptions.RemoveEmptyEntries)
                .SelectMany(directory => tree.Children(TreePath.Resolve(tree, directory)))
                .Where(static e => !e.IsDirectory)
                .Select(static e => EntryPath.Name(e.Path))
                .Where(p => char.ToLowerInvariant(p[0]) == char.ToLowerInvariant(name[0]) && Math.Abs(p.Length - name.Length) <= MaxLengthDifference),
        ];
        return Array.Find(programs, p => p.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? Suggestion.Nearest(name, programs);
    }

    // dash: "/bin/sh: 1: Go: not found"; bash: "/bin/bash: line 1: Go: command not found"; busybox: "/bin/sh: Go: not found".
    [GeneratedRegex(@": ([^\s:/]+): (?:command )?not found$")]
    private static partial Regex NotFound();
}
