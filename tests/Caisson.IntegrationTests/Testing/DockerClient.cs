using System.Diagnostics;

namespace Caisson.IntegrationTests.Testing;

/// <summary>Docker's client, newer than the machine's own, with the classic builder.</summary>
/// <param name="program">Its path.</param>
/// <param name="address">The engine that it speaks to.</param>
/// <param name="configuration">The directory of its configuration.</param>
internal sealed class DockerClient(string program, string address, string configuration)
{
    /// <summary>Finds it; skips the test where it cannot be had.</summary>
    public static async Task<DockerClient> ForAsync(string address, string configuration) => new(await DockerEngine.ProgramAsync("docker"), address, configuration);

    /// <summary>The engine that it speaks to.</summary>
    public string Address => address;

    /// <summary>Whether it builds with the engine's BuildKit.</summary>
    public bool UsesBuildKit { get; private init; }

    /// <summary>The client of 20.10 at the same engine, which speaks to the engine's BuildKit without a plugin.</summary>
    public async Task<DockerClient> OlderAsync() => new(await DockerEngine.OlderClientAsync(), address, configuration) { UsesBuildKit = true };

    /// <summary>Runs a command.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="input">What it reads, a file; null for nothing.</param>
    /// <param name="arguments">The command.</param>
    public Task<Outcome> TryAsync(string directory, string? input, params IEnumerable<string> arguments) => Tool.CaptureAsync(Start(directory, input, arguments));

    /// <summary>Runs a command that must succeed and returns what it printed, without the last line break.</summary>
    public async Task<string> RunAsync(params IEnumerable<string> arguments) => (await TryAsync("/", null, arguments)).Succeeded().TrimEnd('\n');

    /// <summary>How a command is started.</summary>
    public ProcessStartInfo Start(string directory, string? input, params IEnumerable<string> arguments)
    {
        // Who starts it closes its input.
        ProcessStartInfo start = input is null ? new(program, arguments) : new("sh", ["-c", "input=$1; shift; exec \"$@\" < \"$input\"", "sh", input, program, .. arguments]);
        start.WorkingDirectory = directory;
        start.Environment["DOCKER_HOST"] = address;
        start.Environment["DOCKER_CONFIG"] = configuration;
        start.Environment["DOCKER_BUILDKIT"] = UsesBuildKit ? "1" : "0";
        start.Environment["BUILDKIT_PROGRESS"] = "plain";
        return start;
    }
}
