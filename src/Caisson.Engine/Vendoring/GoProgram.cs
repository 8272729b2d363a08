using System.Collections.Immutable;
using Caisson.Linux.Files;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Vendoring;

/// <summary>
/// Runs the machine's go. It sees no configuration of the user, no cache but those of this work, and of the environment only what it is given: where modules come from.
/// No toolchain is fetched, and nothing of a module is run or compiled.
/// </summary>
internal sealed class GoProgram
{
    private const string ModuleMode = "mod";
    private static readonly GoVersion FirstWithVersionStamps = GoVersion.TryParse("1.18", out GoVersion? version) ? version : throw new System.Diagnostics.UnreachableException();

    private readonly string _program;
    private readonly BuildEngineOptions _options;
    private readonly ImmutableSortedDictionary<string, string> _environment;
    private readonly string _home;
    private bool _isAsked; // its version is known

    private GoProgram(string program, BuildEngineOptions options, ImmutableSortedDictionary<string, string> environment, string home)
    {
        _program = program;
        _options = options;
        _environment = environment;
        _home = home;
    }

    /// <summary>Its version.</summary>
    public GoVersion Version { get; private set; } = GoVersion.FirstStrict;

    /// <summary>Looks for it.</summary>
    /// <param name="options">What the engine takes from its surroundings.</param>
    /// <param name="environment">The variables that it gets.</param>
    /// <param name="work">For its caches.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">There is no go on this machine, or it does not say its version.</exception>
    public static async Task<GoProgram> FindAsync(BuildEngineOptions options, ImmutableSortedDictionary<string, string> environment, WorkArea work, CancellationToken ct)
    {
        string program = SearchPath.Find(options.SearchPath, "go")
            ?? throw new BuildException(EngineCodes.MissingProgram, "go is not on this machine, and collecting the dependencies of a Go module needs it", "apt-get install golang-go; any version will do that is not older than the one that is to build");
        GoProgram go = new(program, options, environment, work.NewDirectory("go-home"));
        ProcessResult said = await go.RunAsync(["env", "GOVERSION"], new GoPlace(go._home, go._home), ct).ConfigureAwait(false);
        string version = said.Output.Trim();
        // Go 1.16 is the first that has this variable.
        if (version.Length == 0)
            version = (await go.RunAsync(["version"], new GoPlace(go._home, go._home), ct).ConfigureAwait(false)).Output.Split(' ').FirstOrDefault(static w => w.StartsWith("go1", StringComparison.Ordinal)) ?? "";
        if (!GoVersion.TryParseToolchain(version, out GoVersion? parsed))
            throw new BuildException(EngineCodes.VendorFailed, $"{program} does not say its version: {GoFailure.LastWords(said)}", "is it the go of the Go programming language?");
        go.Version = parsed;
        go._isAsked = true;
        return go;
    }

    /// <summary>Runs it.</summary>
    public Task<ProcessResult> RunAsync(ImmutableArray<string> arguments, GoPlace place, CancellationToken ct) =>
        ProcessRunner.Direct.CaptureAsync(RequestOf(arguments, place), ct);

    /// <summary>Where modules come from, as the surroundings say.</summary>
    public string Proxy => _options.IsOffline && !IsLocal(ProxyOfEnvironment) ? "off" : ProxyOfEnvironment;

    private string ProxyOfEnvironment => _environment.GetValueOrDefault("GOPROXY", "");

    private static bool IsLocal(string proxy) => proxy.Length > 0 && proxy.Split(',', '|').All(static p => p.StartsWith("file:", StringComparison.Ordinal) || p == "off");

    private ProcessRequest RequestOf(ImmutableArray<string> arguments, GoPlace place)
    {
        ImmutableSortedDictionary<string, string?>.Builder variables = ImmutableSortedDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        foreach ((string name, string value) in _options.Git.ProxyEnvironment)
            variables[name] = value;
        foreach ((string name, string value) in _environment)
            variables[name] = value;
        variables["PATH"] = _options.SearchPath; // for git, where a module comes from its repository
        variables["HOME"] = _home;
        variables["LC_ALL"] = "C";
        variables["GIT_TERMINAL_PROMPT"] = "0";
        variables["GIT_CONFIG_NOSYSTEM"] = "1";
        variables["GOENV"] = "off";
        variables["GOTOOLCHAIN"] = "local";
        variables["GOTELEMETRY"] = "off";
        variables["GO111MODULE"] = "on";
        variables["GOWORK"] = "off";
        variables["GOPATH"] = Path.Combine(_home, "path");
        variables["GOCACHE"] = Path.Combine(_home, "cache");
        variables["GOMODCACHE"] = place.ModuleCache;
        variables["GOFLAGS"] = $"-mod={place.Mode ?? ModuleMode} -modcacherw" + (_isAsked && Version.Supports(FirstWithVersionStamps) ? " -buildvcs=false" : "");
        variables["GOOS"] = "linux"; // whatever the machine is told, a container is what the module goes into
        variables["CGO_ENABLED"] = "1";
        if ((place.Proxy ?? Proxy) is { Length: > 0 } proxy)
            variables["GOPROXY"] = proxy;
        if (_options.IsOffline || place.IsClosed)
            variables["GOSUMDB"] = "off";
        return new ProcessRequest { File = _program, Arguments = arguments, HasOwnEnvironment = true, Environment = variables.ToImmutable(), WorkingDirectory = place.Directory };
    }
}
