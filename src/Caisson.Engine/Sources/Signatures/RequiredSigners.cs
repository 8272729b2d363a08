using System.Collections.Immutable;
using Caisson.Linux.Files;

namespace Caisson.Engine.Sources.Signatures;

/// <summary>Whose signatures the git repositories of a build must carry.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RequiredSigners
{
    private readonly ImmutableArray<(RepositoryName? Name, TrustedKeys Keys)> _rules; // those that say most go first

    private RequiredSigners(ImmutableArray<(RepositoryName? Name, TrustedKeys Keys)> rules) => _rules = rules;

    /// <summary>Reads the keys.</summary>
    /// <param name="given">What was asked for. Several files for one repository add up.</param>
    /// <param name="options">What the engine takes from its surroundings.</param>
    /// <param name="work">For keyrings and signatures.</param>
    /// <exception cref="BuildException">A file cannot be read, or holds no key.</exception>
    public static RequiredSigners Open(ImmutableArray<GitSigners> given, BuildEngineOptions options, WorkArea work)
    {
        IEnumerable<(RepositoryName? Name, TrustedKeys Keys)> rules = given
            .GroupBy(static g => g.Repository is { } repository ? RepositoryName.OfPrefix(repository) : null)
            .Select(group => (group.Key, new TrustedKeys([.. group.Select(static g => KeyFile.Read(g.KeysPath))], options, work)));
        return new RequiredSigners([.. rules.OrderByDescending(static r => r.Name?.Weight ?? -1)]);
    }

    /// <summary>The keys of which one must have signed what comes from a repository; null when none is asked for.</summary>
    /// <param name="remote">The repository's address.</param>
    public TrustedKeys? Find(string remote)
    {
        RepositoryName name = RepositoryName.OfAddress(remote);
        return _rules.FirstOrDefault(r => r.Name is null || r.Name.Covers(name)).Keys;
    }
}
