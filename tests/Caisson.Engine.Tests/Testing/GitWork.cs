using System.Diagnostics;

namespace Caisson.Engine.Tests.Testing;

/// <summary>A repository that a test makes: a work tree, and the bare repository that a server shows of it.</summary>
internal sealed class GitWork
{
    private readonly string _bare;
    private int _commits;

    /// <summary>Begins one.</summary>
    /// <param name="root">The directory that the server serves.</param>
    /// <param name="name">The name that the server knows it by.</param>
    /// <param name="work">A directory for the work tree.</param>
    /// <param name="hash">What objects are named by: <c>sha1</c> or <c>sha256</c>.</param>
    public GitWork(string root, string name, string work, string hash = "sha1")
    {
        Tool.Require("git");
        Files = new Folder(work);
        _bare = Path.Combine(Directory.CreateDirectory(root).FullName, name);
        Run("init", "--quiet", "--initial-branch=main", "--object-format=" + hash);
        Run("init", "--quiet", "--bare", "--initial-branch=main", "--object-format=" + hash, _bare);
        Run("remote", "add", "origin", _bare);
    }

    public Folder Files { get; }

    /// <summary>The id of the newest commit.</summary>
    public string Head => Run("rev-parse", "HEAD").Trim();

    /// <summary>Commits everything, one second after the last commit, and shows it to the world with all branches and tags.</summary>
    /// <returns>The commit.</returns>
    public string Commit(string message = "change")
    {
        Run("add", "--all");
        Run("commit", "--quiet", "--allow-empty", "--message", message);
        Push();
        return Head;
    }

    public void Push()
    {
        Run("push", "--quiet", "--force", "--all", "origin");
        Run("push", "--quiet", "--force", "--tags", "origin");
    }

    /// <summary>Runs git in the work tree.</summary>
    public string Run(params string[] arguments)
    {
        ProcessStartInfo start = new("git", ["-c", "protocol.file.allow=always", "-c", "commit.gpgSign=false", .. arguments])
        {
            WorkingDirectory = Files.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string date = $"{1_600_000_000 + (arguments[0] == "commit" ? ++_commits : _commits)} +0000";
        foreach ((string name, string value) in new Dictionary<string, string>
        {
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_AUTHOR_NAME"] = "Test",
            ["GIT_AUTHOR_EMAIL"] = "test@example.com",
            ["GIT_AUTHOR_DATE"] = date,
            ["GIT_COMMITTER_NAME"] = "Test",
            ["GIT_COMMITTER_EMAIL"] = "test@example.com",
            ["GIT_COMMITTER_DATE"] = date,
        })
        {
            start.Environment[name] = value;
        }
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"git {string.Join(' ', arguments)}: {error.Result}");
        return output;
    }
}
