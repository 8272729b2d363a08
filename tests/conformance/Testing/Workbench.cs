using System.Collections.Concurrent;
using System.Diagnostics;
using Caisson.Conformance.Builders;
using Caisson.Conformance.Catalog;
using Caisson.Conformance.Comparison;
using Caisson.Conformance.Testing;

[assembly: AssemblyFixture(typeof(Workbench))]

namespace Caisson.Conformance.Testing;

/// <summary>Both builders with the same base images, started when the first test needs them. Builds a few cases at the same time, each one once.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class Workbench : IAsyncDisposable
{
    private const string FirstBase = "base";

    private readonly string _directory = Directory.CreateTempSubdirectory("caisson-conformance-").FullName;
    private readonly string _certificates;
    private readonly Lazy<Task<(BuildKit, CaseServer, IBuilder)>> _started;
    private readonly CaissonBuilder _caisson;
    // Each waits for an engine, a disk, a registry half of its time.
    private readonly SemaphoreSlim _places = new((2 * Environment.ProcessorCount) + 1);
    private readonly ConcurrentDictionary<string, Lazy<Task<CaseResult>>> _results = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _bases = [];
    private readonly Lazy<Task<Buildah>> _buildah;
    private int _count;

    public Workbench()
    {
        _certificates = Path.Combine(_directory, "certificates.pem");
        _caisson = new CaissonBuilder(Path.Combine(_directory, "store"), _certificates);
        _started = new(StartAsync);
        _buildah = new(StartBuildahAsync);
    }

    /// <summary>Whether Caisson is asked by buildx, through its daemon: CAISSON_CONFORMANCE_SERVED says so.</summary>
    internal static bool IsServed { get; } = Environment.GetEnvironmentVariable("CAISSON_CONFORMANCE_SERVED") is { Length: > 0 };

    /// <summary>What became of a case. The first that asks starts it.</summary>
    internal Task<CaseResult> ResultAsync(Case asked) => _results.GetOrAdd(asked.Name, _ => new(() => RunAsync(asked))).Value;

    /// <summary>What buildah makes of a case.</summary>
    internal async Task<FactSheet> AskBuildahAsync(Case asked)
    {
        CancellationToken ct = CancellationToken.None;
        (_, CaseServer server, _) = await _started.Value;
        Buildah buildah = await _buildah.Value;
        string path = NewPath(asked.Name.Replace('/', '-'));
        await _places.WaitAsync(ct);
        try
        {
            CaseFolder folder = await CaseFolder.PrepareAsync(asked, Path.Combine(path, "case"), server, ct);
            return SecondOpinion.Facts(await buildah.BuildAsync(folder, Path.Combine(path, "second"), ct));
        }
        finally
        {
            _places.Release();
            await RemoveAsync(path);
        }
    }

    /// <summary>With whom buildah sides in what is left of a case's differences, in a line.</summary>
    internal async Task<string> OpinionAsync(CaseResult result)
    {
        if (!Buildah.IsThere || result.Left.IsEmpty)
            return "";
        FactSheet facts = await AskBuildahAsync(result.Case);
        IEnumerable<string> views = result.Left.GroupBy(static d => d.Facet).Select(facet => $"{facet.Key} {SecondOpinion.Of(facet, facts) ?? "(no view)"}");
        return $"--- buildah\n{string.Join(", ", views)}";
    }

    /// <summary>A directory that is not there yet.</summary>
    internal string NewPath(string name) => Path.Combine(_directory, $"{Interlocked.Increment(ref _count)}-{name}");

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated && _started.Value.IsCompletedSuccessfully)
        {
            (BuildKit buildKit, CaseServer server, IBuilder ours) = await _started.Value;
            if (ours is ServedCaisson served)
                await served.DisposeAsync();
            await buildKit.DisposeAsync();
            await server.DisposeAsync();
        }
        _places.Dispose();
        await RemoveAsync(_directory);
    }

    private async Task<CaseResult> RunAsync(Case asked)
    {
        // Not the token of the test that happens to ask first: others wait for the same result.
        CancellationToken ct = CancellationToken.None;
        (BuildKit buildKit, CaseServer server, IBuilder caisson) = await _started.Value;
        await _places.WaitAsync(ct);
        string path = NewPath(asked.Name.Replace('/', '-'));
        try
        {
            CaseFolder folder = await CaseFolder.PrepareAsync(asked, Path.Combine(path, "case"), server, ct);
            BuildOutcome theirs = await buildKit.BuildAsync(folder, Path.Combine(path, "theirs"), ct);
            BuildOutcome ours = await caisson.BuildAsync(folder, Path.Combine(path, "ours"), ct);
            return CaseResult.Of(asked, ours, theirs, IsServed);
        }
        finally
        {
            _places.Release();
            await RemoveAsync(path);
        }
    }

    // Names that are no UTF-8 are beyond .NET.
    private static Task<string> RemoveAsync(string path) => Tool.SucceedAsync(new ProcessStartInfo("rm", ["-rf", path]), CancellationToken.None);

    private async Task<Buildah> StartBuildahAsync()
    {
        Buildah buildah = new(Path.Combine(_directory, "buildah"));
        foreach (string archive in _bases)
            await buildah.LoadAsync(archive, CancellationToken.None);
        return buildah;
    }

    private async Task<(BuildKit, CaseServer, IBuilder)> StartAsync()
    {
        CancellationToken ct = CancellationToken.None;
        CaseServer server = await CaseServer.StartAsync(ct);
        BuildKit? buildKit = null;
        try
        {
            await File.WriteAllTextAsync(_certificates, server.CertificatePem, ct);
            buildKit = await BuildKit.StartAsync(Path.Combine(_directory, "engine"), _certificates, ct);
            IEnumerable<string> bases = Directory.GetDirectories(Path.Combine(Repository.Conformance, "bases"));
            foreach (string path in bases.OrderBy(static p => Path.GetFileName(p) == FirstBase ? 0 : 1).ThenBy(static p => p, StringComparer.Ordinal))
            {
                string name = Path.GetFileName(path), archive = NewPath("base.tar");
                CaseFolder folder = await CaseFolder.PrepareAsync(new Case(name, path), NewPath("base"), server, ct);
                await buildKit.MakeBaseAsync(folder, name, archive, ct);
                await _caisson.LoadAsync(archive, ct);
                _bases.Enqueue(archive);
            }
            return (buildKit, server, IsServed ? await ServedCaisson.StartAsync(_caisson, Path.Combine(_directory, "served"), ct) : _caisson);
        }
        catch
        {
            if (buildKit is not null)
                await buildKit.DisposeAsync();
            await server.DisposeAsync();
            throw;
        }
    }
}
