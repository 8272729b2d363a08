using System.Collections.Immutable;
using System.Globalization;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Sources;

/// <summary>The time that images carry.</summary>
/// <remarks>reproducible-builds.org, "SOURCE_DATE_EPOCH": seconds since 1970-01-01 UTC.</remarks>
internal static class SourceDate
{
    /// <summary>The name of the variable and of the build argument.</summary>
    public const string Variable = "SOURCE_DATE_EPOCH";

    private const string CommitterLine = "committer ";

    // The repository may be anyone's: nothing that its configuration names is to be run, and nothing fetched.
    private static readonly ImmutableSortedDictionary<string, string?> NoNetwork = ImmutableSortedDictionary.CreateRange<string, string?>(
        StringComparer.Ordinal,
        [new("GIT_ALLOW_PROTOCOL", "none"), new("GIT_NO_LAZY_FETCH", "1"), new("GIT_OPTIONAL_LOCKS", "0"), new("GIT_DIR", null), new("GIT_WORK_TREE", null)]);

    /// <summary>Reads a value of the variable; null when it is no time.</summary>
    public static FileTime? TryParse(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds) ? new FileTime(seconds, 0) : null;

    /// <summary>Writes a value of the variable.</summary>
    public static string Format(FileTime time) => time.Seconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a directory is the top of a git work tree. That of a directory above it is none of its own.</summary>
    public static bool IsWorkTree(string directory) => Path.Exists(Path.Combine(directory, ".git"));

    /// <summary>The time of the newest commit of a git work tree; null when it has none.</summary>
    /// <exception cref="ProcessStartException">There is no git on this machine.</exception>
    public static async Task<FileTime?> OfNewestCommitAsync(string workTree, CancellationToken ct)
    {
        // safe.directory: whose repository it is must not decide what time an image gets.
        ProcessRequest show = new()
        {
            File = "git",
            Arguments = ["-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-C", workTree, "cat-file", "commit", "HEAD"],
            Environment = NoNetwork,
        };
        ProcessResult result = await ProcessRunner.Direct.CaptureAsync(show, ct).ConfigureAwait(false);
        return result.ExitCode == 0 ? OfCommit(result.Output) : null;
    }

    /// <summary>The time of a commit, by its text; null when that tells none.</summary>
    public static FileTime? OfCommit(string text)
    {
        // "committer Name <address> seconds zone"
        string? committer = text.Split('\n').FirstOrDefault(static l => l.StartsWith(CommitterLine, StringComparison.Ordinal));
        return committer?.Split(' ') is [.., string seconds, _] ? TryParse(seconds) : null;
    }
}
