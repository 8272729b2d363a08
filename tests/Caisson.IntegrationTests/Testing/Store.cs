using System.Diagnostics;

namespace Caisson.IntegrationTests.Testing;

/// <summary>The shipped binary with a store: what a user has.</summary>
/// <param name="root">The directory of the store.</param>
public sealed class Store(string root)
{
    // What the surroundings of the tests say must not change what they see.
    private static readonly string[] Unwanted = ["SOURCE_DATE_EPOCH", "BUILDKIT_PROGRESS", "CAISSON_RUNTIME", "XDG_DATA_HOME"];

    /// <summary>The directory of the store.</summary>
    public string Root { get; } = root;

    /// <summary>The OCI image layout with the images, which other tools read in place.</summary>
    public string LayoutPath => Path.Combine(Root, "images");

    /// <summary>How the binary is started.</summary>
    internal ProcessStartInfo Start(params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(Repository.Binary, arguments);
        start.Environment["CAISSON_ROOT"] = Root;
        start.Environment["DOCKER_CONFIG"] = Path.Combine(Root, "no-docker-config");
        foreach (string variable in Unwanted)
            start.Environment.Remove(variable);
        return start;
    }

    /// <summary>Runs a command to its end.</summary>
    internal Task<Outcome> TryAsync(params IEnumerable<string> arguments) => Tool.CaptureAsync(Start(arguments));

    /// <summary>Runs a command that must succeed and returns what it printed, without the last line break.</summary>
    internal async Task<string> RunAsync(params IEnumerable<string> arguments) => (await TryAsync(arguments)).Succeeded().TrimEnd('\n');

    /// <summary>Builds and returns what was shown of it.</summary>
    internal async Task<BuildLog> BuildAsync(params IEnumerable<string> arguments)
    {
        Outcome outcome = await TryAsync(["build", "--progress=plain", .. arguments]);
        outcome.Succeeded();
        return new BuildLog(outcome.Error);
    }
}
