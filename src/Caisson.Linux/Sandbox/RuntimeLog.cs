using System.Text.RegularExpressions;

namespace Caisson.Linux.Sandbox;

/// <summary>The log that a runtime writes about itself: tells its own failure from that of the program inside.</summary>
internal static partial class RuntimeLog
{
    /// <summary>The first error that the runtime logged; null when it logged none.</summary>
    public static string? FirstError(string path)
    {
        if (!File.Exists(path))
            return null;
        string[] messages =
        [
            .. File.ReadLines(path)
                .Select(static line => Format().Match(line))
                .Where(static match => match.Success)
                .Select(static match => match.Groups["message"].Value.Replace("\\\"", "\"", StringComparison.Ordinal))
                .Where(static message => !Tidying().IsMatch(message)),
        ];
        // When crun's process inside has failed, the one outside may fail on the pipe between them and say so first.
        return messages.FirstOrDefault(static m => !m.EndsWith("Broken pipe", StringComparison.Ordinal)) ?? messages.FirstOrDefault();
    }

    /// <summary>Whether an error says that the program to run is not there.</summary>
    public static bool IsProgramMissing(string error) => MissingProgram().IsMatch(error);

    /// <summary>Whether an error says that the program to run is there, but may not be executed.</summary>
    public static bool IsProgramRefused(string error) => RefusedProgram().IsMatch(error);

    // What runc could not remove behind a program that has run: on a busy machine the kernel may still be at it.
    [GeneratedRegex("^Failed to remove (?:cgroup|paths)")]
    private static partial Regex Tidying();

    // crun; runc.
    [GeneratedRegex("""^open executable: (?:Permission denied|Operation not permitted)|exec: ".*": (permission denied|is a directory)""")]
    private static partial Regex RefusedProgram();

    // runc and crun for a name that is in no directory of PATH, crun for a path; runc for a path.
    [GeneratedRegex("""executable file .*not found|exec: ".*": stat .*: no such file or directory""")]
    private static partial Regex MissingProgram();

    // runc and youki write key=value pairs at several levels; crun writes errors alone, some versions with a time in front.
    [GeneratedRegex("""^(?:time=\S+\s+level=(?:error|fatal)\s+msg="(?<message>(?:[^"\\]|\\.)*)".*|(?!time=)(?:\d{4}-\d\d-\d\dT\S+:\s+)?(?<message>\S.*))$""")]
    private static partial Regex Format();
}
