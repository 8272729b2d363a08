using System.Collections.Concurrent;
using System.Text;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Steps;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Testing;

/// <summary>Pins everything without asking anyone, and remembers what it was asked for. What has "missing" in its name is not there.</summary>
internal sealed class FakeRemotes : IRemoteResolver
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    public ConcurrentQueue<RemoteSource> Asked { get; } = new();

    public Task<Operation.Fetched> ResolveAsync(RemoteSource source, CancellationToken ct)
    {
        Asked.Enqueue(source);
        if (source.ToString().Contains("missing", StringComparison.Ordinal))
            throw new StepException(EngineCodes.WebFileNotFound, "it is not there", "look elsewhere");
        return Task.FromResult<Operation.Fetched>(source switch
        {
            RemoteSource.Http http => new Operation.Http(http.Address.AbsoluteUri, http.Checksum ?? Digest.OfBytes(Encoding.UTF8.GetBytes(http.Address.AbsoluteUri)), http.FileName),
            RemoteSource.Git git => new Operation.Git(git.Location.Remote, Commit) { Directory = git.Location.Directory, KeepsGitDirectory = git.KeepsGitDirectory, TakesSubmodules = git.Location.TakesSubmodules },
            _ => throw new InvalidOperationException(source.GetType().Name),
        });
    }
}
