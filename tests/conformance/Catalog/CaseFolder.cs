using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance.Catalog;

/// <summary>A copy of a case's folder, ready to be built: modes and times are the same wherever the repository was checked out, and the case's <c>setup.sh</c> has run in it.</summary>
internal sealed class CaseFolder
{
    // What the surroundings of the tests say must not change what they see.
    private static readonly string[] Unwanted = ["SOURCE_DATE_EPOCH", "BUILDKIT_PROGRESS", "CAISSON_RUNTIME", "XDG_DATA_HOME"];

    // What the script makes is of the same time as what git holds, unless it says otherwise: "now" is for what builds make.
    private const string Setup = "umask 022; export TAR_OPTIONS=\"--mtime=@$1 --clamp-mtime\"; . ./setup.sh; cd \"$0\"; find . -newermt 2022-01-01 ! -newermt 2090-01-01 -exec touch -h -d @$1 {} +";

    // Commits that a script makes are the same each time.
    private static readonly ImmutableDictionary<string, string> GitSurroundings = new Dictionary<string, string>
    {
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_CONFIG_SYSTEM"] = "/dev/null",
        ["GIT_AUTHOR_NAME"] = "a",
        ["GIT_AUTHOR_EMAIL"] = "a@example.com",
        ["GIT_AUTHOR_DATE"] = "2020-02-02T02:02:02Z",
        ["GIT_COMMITTER_NAME"] = "a",
        ["GIT_COMMITTER_EMAIL"] = "a@example.com",
        ["GIT_COMMITTER_DATE"] = "2020-02-02T02:02:02Z",
    }.ToImmutableDictionary();

    // In March 2021. Each folder has a time of its own: BuildKit takes a file of a context for unchanged when an earlier context had one
    // of the same name, size and time.
    private const long FirstTime = 1_614_800_000;

    private const long MostFolders = 100_000;

    private static long _lastTime = FirstTime;

    private readonly long _time = Interlocked.Increment(ref _lastTime);
    private readonly string _server;
    private readonly string _secureServer;

    private CaseFolder(Case made, string path, CaseServer server)
    {
        Case = made;
        Path = path;
        (_server, _secureServer) = server.Publish(System.IO.Path.Combine(path, "served"));
    }

    public Case Case { get; }

    /// <summary>The copy.</summary>
    public string Path { get; }

    /// <summary>
    /// Whether a file has the time of a case's folder, of whichever: of cases that are built at the same time and whose files hold the same, BuildKit may take one for the other.
    /// </summary>
    /// <param name="time">Seconds since 1970.</param>
    public static bool IsTimeOfCase(long time) => time is > FirstTime and <= FirstTime + MostFolders;

    private string ContextPath => System.IO.Path.Combine(Path, "context");

    /// <param name="made">The case.</param>
    /// <param name="path">A directory that is not there yet.</param>
    /// <param name="server">Serves what is in the folder <c>served</c>, if there is one.</param>
    public static async Task<CaseFolder> PrepareAsync(Case made, string path, CaseServer server, CancellationToken ct)
    {
        CaseFolder folder = new(made, path, server);
        Directory.CreateDirectory(folder.ContextPath);
        Copy(made.Path, path, DateTimeOffset.FromUnixTimeSeconds(folder._time).UtcDateTime);
        folder.FillDockerfile();
        string script = System.IO.Path.Combine(path, "setup.sh");
        if (File.Exists(script))
        {
            ProcessStartInfo setup = new("sh", ["-euc", Setup, path, folder._time.ToString(CultureInfo.InvariantCulture)]) { WorkingDirectory = path };
            foreach ((string name, string value) in GitSurroundings)
                setup.Environment[name] = value;
            setup.Environment["SERVER"] = folder._server;
            setup.Environment["SECURE"] = folder._secureServer;
            await Tool.SucceedAsync(setup, ct);
        }
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

    private string Fill(string text) => FillAddresses(text).Replace("{case}", Path, StringComparison.Ordinal).Replace("{context}", ContextPath, StringComparison.Ordinal);

    private string FillAddresses(string text) => text.Replace("{server}", _server, StringComparison.Ordinal).Replace("{host}", new Uri(_server).Authority, StringComparison.Ordinal).Replace("{secure}", _secureServer, StringComparison.Ordinal);

    private void FillDockerfile()
    {
        string path = System.IO.Path.Combine(Path, "Dockerfile");
        // Latin-1 keeps every byte as it is.
        if (File.Exists(path) && File.ReadAllText(path, Encoding.Latin1) is var text && FillAddresses(text) is var filled && filled != text)
            File.WriteAllText(path, filled, Encoding.Latin1);
    }

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
