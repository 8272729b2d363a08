using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Caisson.Engine.Planning;
using Caisson.Engine.Steps;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Sources.Git;

/// <summary>
/// Runs the machine's git. It sees no configuration of the user or the system, asks nobody, runs no hook, and speaks to repositories only by the
/// protocols of the web, SSH and git: a repository, its submodules among it, is anyone's.
/// </summary>
/// <param name="options">What the engine takes from its surroundings.</param>
/// <param name="knownHosts">A file for the keys of SSH hosts that are met for the first time.</param>
internal sealed class GitProgram(BuildEngineOptions options, string knownHosts)
{
    private static readonly ImmutableArray<string> AsksOthers = ["ls-remote", "fetch", "submodule", "clone"];
    private const string Nothing = "/dev/null";

    private static readonly ImmutableArray<KeyValuePair<string, string>> Settings =
    [
        new("core.hooksPath", Nothing),
        new("core.fsmonitor", "false"),
        new("core.attributesFile", Nothing),
        new("core.excludesFile", Nothing),
        new("core.logAllRefUpdates", "false"),
        new("core.symlinks", "true"),
        new("safe.directory", "*"), // the store is ours, whoever runs the build
        new("credential.helper", ""),
        new("protocol.version", "2"),
        new("init.defaultBranch", "master"),
        new("init.templateDir", ""),
        new("gc.auto", "0"),
        new("maintenance.auto", "false"),
        new("http.lowSpeedLimit", "1"),
        new("pack.threads", "1"), // the same objects give the same pack
        new("pack.window", "0"),
    ];

    /// <summary>Runs it.</summary>
    /// <param name="arguments">Its arguments. Nothing secret: everyone on the machine can read them.</param>
    /// <param name="access">What it is let into.</param>
    /// <param name="place">The directories that it works in.</param>
    /// <param name="ct">Kills it.</param>
    /// <exception cref="StepException">There is no git on this machine.</exception>
    public Task<ProcessResult> RunAsync(ImmutableArray<string> arguments, GitAccess access, GitPlace place, CancellationToken ct)
    {
        if (options.IsOffline && AsksOthers.Contains(arguments[0]))
            throw new StepException(EngineCodes.Offline, $"{RemoteText.Shown(access.Remote)} is not asked: this is offline", "leave out --offline; a commit that an earlier build fetched is taken from the store when it is named by its id");
        return ProcessRunner.Direct.CaptureAsync(RequestOf(arguments, access, place), ct);
    }

    /// <summary>Reads an object of a repository.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="place">The repository.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StepException">There is no such object, or it is larger than <see cref="GitObject.MaxBytes"/>.</exception>
    public async Task<GitObject> ReadAsync(string id, GitPlace place, CancellationToken ct)
    {
        GitObject.Output output = new();
        ProcessRequest request = RequestOf(["cat-file", "--batch"], GitAccess.None, place) with { Input = Encoding.ASCII.GetBytes(id + "\n") };
        await ProcessRunner.Direct.RunAsync(request, output, started: null, ct).ConfigureAwait(false);
        return output.Read(id);
    }

    private ProcessRequest RequestOf(ImmutableArray<string> arguments, GitAccess access, GitPlace place)
    {
        string program = SearchPath.Find(options.SearchPath, "git")
            ?? throw new StepException(EngineCodes.MissingProgram, "git is not on this machine, and fetching a git repository needs it", "apt-get install git");
        return new ProcessRequest
        {
            File = program,
            Arguments = arguments,
            HasOwnEnvironment = true,
            Environment = EnvironmentOf(access, place),
            WorkingDirectory = place.WorkTree ?? place.GitDirectory ?? "/", // not where the user stands: that may be a repository
        };
    }

    private ImmutableSortedDictionary<string, string?> EnvironmentOf(GitAccess access, GitPlace place)
    {
        ImmutableSortedDictionary<string, string?>.Builder variables = ImmutableSortedDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        foreach ((string name, string value) in options.Git.ProxyEnvironment)
            variables[name] = value;
        variables["PATH"] = options.SearchPath;
        variables["HOME"] = Nothing;
        variables["LC_ALL"] = "C"; // its words tell what went wrong
        variables["GIT_CONFIG_NOSYSTEM"] = "1";
        variables["GIT_CONFIG_GLOBAL"] = Nothing;
        variables["GIT_ATTR_NOSYSTEM"] = "1";
        variables["GIT_TERMINAL_PROMPT"] = "0";
        variables["GIT_OPTIONAL_LOCKS"] = "0";
        variables["GIT_NO_LAZY_FETCH"] = "1";
        variables["GIT_NO_REPLACE_OBJECTS"] = "1";
        variables["GIT_ALLOW_PROTOCOL"] = "http:https:ssh:git";
        variables["GIT_SSH_COMMAND"] = SshCommand(access.SshAgent);
        variables["GIT_SSH_VARIANT"] = "ssh";
        if (access.SshAgent is { } agent)
            variables["SSH_AUTH_SOCK"] = agent;
        if (place.GitDirectory is { } gitDirectory)
            variables["GIT_DIR"] = gitDirectory;
        if (place.WorkTree is { } workTree)
            variables["GIT_WORK_TREE"] = workTree;
        AddSettings(variables, [.. Settings, .. access.Settings]);
        return variables.ToImmutable();
    }

    private static void AddSettings(ImmutableSortedDictionary<string, string?>.Builder variables, ImmutableArray<KeyValuePair<string, string>> settings)
    {
        variables["GIT_CONFIG_COUNT"] = settings.Length.ToString(CultureInfo.InvariantCulture);
        for (int i = 0; i < settings.Length; i++)
        {
            variables[string.Create(CultureInfo.InvariantCulture, $"GIT_CONFIG_KEY_{i}")] = settings[i].Key;
            variables[string.Create(CultureInfo.InvariantCulture, $"GIT_CONFIG_VALUE_{i}")] = settings[i].Value;
        }
    }

    // A host that is met for the first time is believed, and held to its key from then on. Keys come from the agent alone.
    private string SshCommand(string? agent)
    {
        string hosts = $"\"{knownHosts}\"" + (options.Git.KnownHostsPath is { } users ? $" \"{users}\"" : "");
        return "ssh -F /dev/null -o BatchMode=yes -o ConnectTimeout=30 -o IdentityFile=none -o StrictHostKeyChecking=accept-new"
            + $" -o UserKnownHostsFile={Quoted(hosts)}" + (agent is null ? " -o IdentityAgent=none" : "");
    }

    // For the shell that git gives the command to.
    private static string Quoted(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
