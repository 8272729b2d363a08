using Caisson.Daemon.Llb;
using Caisson.Daemon.Proto.Llb;
using Caisson.Engine.Spelling;

namespace Caisson.Daemon.Tests.Testing;

/// <summary>For graphs that take nothing from other builds.</summary>
internal sealed class NoResults : ILlbResults
{
    public Task<string> FindAsync(string name, CancellationToken ct) => throw new UsageException(name);

    public Task<string> BuildAsync(Definition graph, string path, CancellationToken ct) => throw new UsageException(path);
}
