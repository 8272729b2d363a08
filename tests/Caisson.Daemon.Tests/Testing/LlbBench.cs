using System.Collections.Immutable;
using Caisson.Daemon.Llb;
using Caisson.Daemon.Proto.Llb;
using Caisson.Engine;
using Caisson.Engine.Exporting;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Daemon.Tests.Testing;

/// <summary>Solves graphs of clients with an engine of its own, and shows what came out as files and as the archive of a layer.</summary>
internal sealed class LlbBench : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly LlbGraph _graph;
    private BuildEngine _engine = null!; // set by who makes it
    private int _builds;

    private LlbBench(LlbGraph graph) => _graph = graph;

    /// <summary>Where the engine makes things.</summary>
    public string WorkPath => _directory["store/tmp"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<LlbBench> OpenAsync(LlbGraph graph)
    {
        LlbBench bench = new(graph);
        bench._engine = await BuildEngine.OpenAsync(new BuildEngineOptions { StatePath = bench._directory["store"], SearchPath = "/usr/sbin:/usr/bin:/sbin:/bin" }, Ct);
        return bench;
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>The kinds and paths of all that a graph comes to.</summary>
    public async Task<string[]> NamesAsync(Input result) => await ShellAsync(await BuildAsync(result), "find . -mindepth 1 -printf '%y %P\\n'");

    /// <summary>The same with modes and owners.</summary>
    public async Task<string[]> ListAsync(Input result)
    {
        string archive = _directory[$"files-{++_builds}.tar"];
        await SolveAsync(result, new Export.Tar(ExportFile.At(archive)));
        return await ShellAsync("/", $"tar --list --verbose --numeric-owner --file '{archive}' | awk '{{print $1, $2, $6}}'");
    }

    /// <summary>Builds a graph.</summary>
    /// <returns>The directory with its files.</returns>
    public async Task<string> BuildAsync(Input result)
    {
        string files = _directory[$"files-{++_builds}"];
        await SolveAsync(result, new Export.LocalDirectory(files));
        return files;
    }

    /// <summary>Makes sure that a graph fails with a sentence.</summary>
    public async Task RefusesAsync(string because, Input result) =>
        Assert.Contains(because, (await Assert.ThrowsAsync<BuildException>(() => BuildAsync(result))).Message, StringComparison.Ordinal);

    private static async Task<string[]> ShellAsync(string directory, string command) =>
        [.. (await Tool.RunAsync("sh", "-euc", $"cd '{directory}'; {command}")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    private async Task SolveAsync(Input result, Export export)
    {
        BuildRequest request = new()
        {
            Context = BuildContext.FromDirectory(Directory.CreateDirectory(_directory["main"]).FullName),
            Graph = new LlbPlanner(LlbDefinition.Read(_graph.Resulting(result)), new NoResults()),
            NamedContexts = ImmutableDictionary<string, string>.Empty,
            Exports = [export],
        };
        await using Build build = _engine.Start(request, Ct);
        await build.Completion;
    }
}
