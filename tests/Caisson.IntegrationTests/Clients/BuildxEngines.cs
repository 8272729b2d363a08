using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Clients;

/// <summary>The same with Docker's newer image store, with which its BuildKit writes every output, and buildx at three addresses.</summary>
public sealed partial class BuildxEngines(ExampleBases bases) : TwoEngines(bases, """{"features": {"containerd-snapshotter": true}}""")
{
    /// <summary>Runs the same at Docker, at Caisson's Docker API and at its BuildKit API, which must end with the same code and show the same steps and exports.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="arguments">What, given a name for what belongs to one of them: docker, caisson or remote.</param>
    /// <param name="input">A file for standard input; null for none.</param>
    /// <returns>What each told, in that order.</returns>
    internal async Task<Outcome[]> SameBuildsAsync(string directory, Func<string, string[]> arguments, string? input = null)
    {
        Task<Outcome> asking = RunAsync(DockerBuildx, "docker");
        Outcome[] own = [await RunAsync(CaissonBuildx, "caisson"), await RunAsync(Remote, "remote")];
        Outcome docker = await asking;
        foreach (Outcome outcome in own)
        {
            Assert.True(docker.ExitCode == outcome.ExitCode, $"Docker:\n{docker}\nCaisson:\n{outcome}");
            Assert.Equal(Shown(docker.Error), Shown(outcome.Error));
        }
        return [docker, .. own];

        Task<Outcome> RunAsync(BuildxClient client, string name) => Tool.CaptureAsync(client.Start(directory, input, arguments(name)));
    }

    /// <summary>The same, which must succeed.</summary>
    internal async Task<Outcome[]> SameSuccessAsync(string directory, Func<string, string[]> arguments, string? input = null)
    {
        Outcome[] told = await SameBuildsAsync(directory, arguments, input);
        Assert.All(told, static t => t.Succeeded());
        return told;
    }

    // The steps of Dockerfiles, and where results go. What is the same for all platforms is done once here, BuildKit gives an only stage without a name
    // the name "stage-0" as soon as one of its programs has a mount, and shows an image that several builds begin with by the name that the first of them gave it.
    private static string[] Shown(string progress) =>
        [.. Vertexes().Matches(progress).Select(static m => Prefix().Replace(m.Groups[1].Value, "[")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"^#\d+ (\[[^\]]*\d+/\d+\] (?!FROM ).+|\[(?:\S+ )?internal\] load .+|exporting to .+)$", RegexOptions.Multiline)]
    private static partial Regex Vertexes();

    [GeneratedRegex(@"^\[(?:linux/\S+ )?(?:stage-0 )?")]
    private static partial Regex Prefix();
}
