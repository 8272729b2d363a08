using System.Diagnostics;
using System.Globalization;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance.Catalog;

/// <summary>A copy of a case's folder, ready to be built: modes and times are the same wherever the repository was checked out, and the case's <c>setup.sh</c> has run in it.</summary>
internal sealed class CaseFolder
{
    // What the surroundings of the tests say must not change what they see.
    private static readonly string[] Unwanted = ["SOURCE_DATE_EPOCH", "BUILDKIT_PROGRESS", "CAISSON_RUNTIME", "XDG_DATA_HOME"];

    // What the script makes is of the same time as what git holds, unless it says otherwise: "now" is for what builds make.
    private const string Setup = "umask 022; export TAR_OPTIONS=\"--mtime=@$1 --clamp-mtime\"; . ./setup.sh; cd \"$0\"; find . -newermt 2022-01-01 ! -newermt 2090-01-01 -exec touch -h -d @$1 {} +";

    // In March 2021. Each folder has a time of its own: BuildKit takes a file of a context for unchanged when an earlier context had one
    // of the same name, size and time.
    private const long FirstTime = 1_614_800_000;

    private static long _lastTime = FirstTime;

    private readonly long _time = Interlocked.Increment(ref _lastTime);

    private CaseFolder(Case made, string path)
    {
        Case = made;
        Path = path;
    }

    public Case Case { get; }

    /// <summary>The copy.</summary>
    public string Path { get; }

    private string ContextPath => System.IO.Path.Combine(Path, "context");

    /// <param name="made">The case.</param>
    /// <param name="path">A directory that is not there yet.</param>
    public static async Task<CaseFolder> PrepareAsync(Case made, string path, CancellationToken ct)
    {
        CaseFolder folder = new(made, path);
        Directory.CreateDirectory(folder.ContextPath);
        Copy(made.Path, path, DateTimeOffset.FromUnixTimeSeconds(folder._time).UtcDateTime);
        string script = System.IO.Path.Combine(path, "setup.sh");
        if (File.Exists(script))
            await Tool.SucceedAsync(new ProcessStartInfo("sh", ["-euc", Setup, path, folder._time.ToString(CultureInfo.InvariantCulture)]) { WorkingDirectory = path }, ct);
        return folder;
    }

    /// <summary>Starts a build of it.</summary>
    /// <param name="program">The builder.</param>
    /// <param name="before">The builder's own arguments, which come first.</param>
    public ProcessStartInfo Start(string program, IEnumerable<string> before)
    {
        CaseFile file = Case.File;
        ProcessStartInfo start = new(program, [.. before, .. file.Arguments.Select(Fill)]) { WorkingDirectory = Path };
        if (file.Dockerfile.Length > 0)
            start.ArgumentList.Add("--file=" + System.IO.Path.Combine(Path, file.Dockerfile));
        start.ArgumentList.Add(Fill(file.Context));
        foreach (string name in Unwanted)
            start.Environment.Remove(name);
        foreach ((string name, string value) in file.Environment)
            start.Environment[name] = Fill(value);
        return start;
    }

    /// <summary>What the builders read from standard input; null for nothing.</summary>
    public string? Input => Case.File.Input is { } name ? System.IO.Path.Combine(Path, name) : null;

    private string Fill(string text) => text.Replace("{case}", Path, StringComparison.Ordinal).Replace("{context}", ContextPath, StringComparison.Ordinal);

    private static void Copy(string from, string to, DateTime time)
    {
        Directory.CreateDirectory(to);
        foreach (string path in Directory.EnumerateFileSystemEntries(from).Order(StringComparer.Ordinal))
        {
            string copy = System.IO.Path.Combine(to, System.IO.Path.GetFileName(path));
            if (File.ResolveLinkTarget(path, returnFinalTarget: false) is not null)
            {
                File.CreateSymbolicLink(copy, new FileInfo(path).LinkTarget!); // it is a link
            }
            else if (Directory.Exists(path))
            {
                Copy(path, copy, time);
            }
            else
            {
                File.Copy(path, copy);
                bool isProgram = File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute);
                File.SetUnixFileMode(copy, (UnixFileMode)(isProgram ? 0b111_101_101 : 0b110_100_100));
                File.SetLastWriteTimeUtc(copy, time);
            }
        }
        File.SetUnixFileMode(to, (UnixFileMode)0b111_101_101);
        Directory.SetLastWriteTimeUtc(to, time);
    }
}
