using System.Collections.Immutable;
using Caisson.Dockerfile.Source;

namespace Caisson.Engine.Tests.Testing;

/// <summary>A build context and a destination to fill, and copies from the one to the other.</summary>
internal sealed class CopyBench : IAsyncDisposable
{
    private readonly Workshop _workshop;

    private CopyBench(Workshop workshop)
    {
        _workshop = workshop;
        Before = workshop.Folder("before");
    }

    public Folder Context => _workshop.Context;

    /// <summary>What the destination holds already.</summary>
    public Folder Before { get; }

    public static async Task<CopyBench> OpenAsync() => new(await Workshop.OpenAsync());

    /// <summary>All files of the result, as lines.</summary>
    public Task<string[]> CopyAsync(params string[] lines) => _workshop.FilesAsync(Dockerfile(lines), Edit);

    /// <summary>What keeps the copy from being done.</summary>
    public Task<Diagnostic> FailAsync(params string[] lines) => _workshop.FailAsync(Dockerfile(lines), Edit);

    /// <summary>The build with all that its reader saw.</summary>
    public Task<Built> BuildAsync(params string[] lines) => _workshop.BuildAsync(Dockerfile(lines), Edit);

    /// <summary>Closes the engine and opens it again on the same store, as the next process would.</summary>
    public Task ReopenAsync() => _workshop.ReopenAsync();

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    private static string Dockerfile(string[] lines) => $"FROM scratch\nCOPY --from=before . /\n{string.Join('\n', lines)}\n";

    private BuildRequest Edit(BuildRequest request) => request with
    {
        NamedContexts = ImmutableDictionary<string, string>.Empty.Add("before", Before.Path),
        KeepsTimestamps = true,
    };
}
