using System.Diagnostics;

namespace Caisson.IntegrationTests.Testing;

/// <summary>buildx and compose as programs of their own, against one daemon.</summary>
internal sealed class BuildxClient
{
    private readonly string _program;
    private readonly string _address;
    private readonly string _configuration;

    private BuildxClient(string program, string address, string configuration)
    {
        _program = program;
        _address = address;
        _configuration = configuration;
    }

    /// <summary>The builder that commands use; that of the Docker API when nothing else is said.</summary>
    public string Builder { get; private init; } = "default";

    /// <summary>Finds them; skips the test where they cannot be had.</summary>
    /// <param name="address">The daemon.</param>
    /// <param name="configuration">The directory of their configuration.</param>
    public static async Task<BuildxClient> ForAsync(string address, string configuration) => new(await DockerEngine.PluginAsync("docker-buildx"), address, configuration);

    /// <summary>The same through BuildKit's own API, as <c>docker buildx create --driver remote</c> makes it.</summary>
    public async Task<BuildxClient> RemoteAsync()
    {
        (await TryAsync("/", "create", "--name", "own", "--driver", "remote", _address)).Succeeded();
        return new BuildxClient(_program, _address, _configuration) { Builder = "own" };
    }

    /// <summary>Runs a command in a directory.</summary>
    public Task<Outcome> TryAsync(string directory, params IEnumerable<string> arguments) => Tool.CaptureAsync(Start(directory, input: null, arguments));

    /// <summary>Runs a command that reads a file.</summary>
    public Task<Outcome> ReadAsync(string directory, string input, params IEnumerable<string> arguments) => Tool.CaptureAsync(Start(directory, input, arguments));

    /// <summary>Runs a command that must succeed and returns what it printed.</summary>
    public async Task<string> RunAsync(string directory, params IEnumerable<string> arguments) => (await TryAsync(directory, arguments)).Succeeded();

    /// <summary>How a command is started.</summary>
    public ProcessStartInfo Start(string directory, string? input, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = input is null ? new(_program, arguments) : new("sh", ["-c", "input=$1; shift; exec \"$@\" < \"$input\"", "sh", input, _program, .. arguments]);
        start.WorkingDirectory = directory;
        start.Environment["DOCKER_HOST"] = _address;
        start.Environment["DOCKER_CONFIG"] = _configuration;
        start.Environment["BUILDX_BUILDER"] = Builder;
        start.Environment["BUILDKIT_PROGRESS"] = "plain";
        start.Environment["SSH_AUTH_SOCK"] = "";
        return start;
    }
}
