using System.Collections.Concurrent;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources.Git;
using Caisson.Engine.Sources.Locking;
using Caisson.Engine.Sources.Policy;
using Caisson.Engine.Steps;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources;

/// <summary>What a build may use, and what it used: images, files of the web and repositories are pinned here, by the policy and the lock file.</summary>
/// <remarks>Thread-safe. For one build.</remarks>
/// <param name="policy">The policy.</param>
/// <param name="locked">The lock file; null where none counts.</param>
/// <param name="isLocked">Whether nothing may be used that it does not name.</param>
internal sealed class SourceGuard(SourcePolicy policy, LockFile? locked, bool isLocked)
{
    private const string UpgradeHint = "take it into the lock file: caisson lock";
    private const string PolicyHint = "allow it in the policy (--policy), or take it into the lock file (caisson lock)";

    private readonly ConcurrentDictionary<string, LockEntry> _used = new(StringComparer.Ordinal);

    /// <summary>The guard of a build that may use everything.</summary>
    public static SourceGuard Open() => new(SourcePolicy.Open, locked: null, isLocked: false);

    /// <summary>The policy.</summary>
    public SourcePolicy Policy => policy;

    /// <summary>The lock file; null where none counts.</summary>
    public LockFile? Locked => locked;

    /// <summary>All that was pinned so far.</summary>
    public IEnumerable<LockEntry> Used => _used.Values;

    /// <summary>The image that is used where one is asked for, with its digest where that is known.</summary>
    /// <exception cref="BuildException">It may not be used.</exception>
    public Reference Choose(Reference asked, Platform platform)
    {
        PolicyVerdict verdict = policy.Judge(SourceIdentifier.Of(asked, platform));
        Digest? known = locked?.FindImage(asked, platform);
        Check(verdict, known is not null, $"the image {asked.WithDefaultTag().Familiar} for {platform}");
        Reference chosen = verdict.Source.Image ?? throw new BuildException(EngineCodes.BadPolicy, $"a rule makes {verdict.Source.Value} of the image {asked.Familiar}, which is no image", "write docker-image://NAME");
        return known is null ? chosen : chosen.WithDefaultTag().WithDigest(known);
    }

    /// <summary>An image was pinned.</summary>
    public void Note(Reference asked, Platform platform, Digest digest) => Note(new LockEntry.Image(asked.WithDefaultTag().ToString(), platform.ToString(), digest));

    /// <summary>The file that is used where one is asked for, with its digest where that is known.</summary>
    /// <exception cref="StepException">It may not be used.</exception>
    public RemoteSource.Http Choose(RemoteSource.Http asked)
    {
        PolicyVerdict verdict = policy.Judge(SourceIdentifier.Of("GET", asked.Address, asked.Checksum));
        string name = AddressCredentials.Remove(asked.Address.AbsoluteUri);
        Digest? known = locked?.FindHttp(name);
        CheckStep(verdict, known is not null, $"the file {name}");
        if (known is not null && asked.Checksum is { } said && said != known)
            throw new StepException(EngineCodes.NotAsLocked, $"the checksum of {name} is {said}, and the lock file says {known}", UpgradeHint);
        string? demanded = verdict.Demand(SourceIdentifier.Checksum);
        Uri address = verdict.Source.Value == name ? asked.Address
            : Uri.TryCreate(verdict.Source.Value, UriKind.Absolute, out Uri? other) ? other
            : throw new StepException(EngineCodes.BadPolicy, $"a rule makes {verdict.Source.Value} of {name}, which is no address", "write http:// or https:// and what follows");
        return asked with { Address = address, Checksum = known ?? (demanded is null ? asked.Checksum : Digest.Parse(demanded)) };
    }

    /// <summary>A file was pinned.</summary>
    public void Note(RemoteSource.Http asked, Digest content) => Note(new LockEntry.Http(AddressCredentials.Remove(asked.Address.AbsoluteUri), content));

    /// <summary>What a reference of a repository stands for; null when the repository is to be asked.</summary>
    /// <exception cref="StepException">It may not be used.</exception>
    public GitReference? Choose(RemoteSource.Git asked)
    {
        string remote = AddressCredentials.Remove(asked.Location.Remote);
        LockEntry.Git? known = locked?.FindGit(remote, asked.Location.Reference ?? "");
        SourceIdentifier source = SourceIdentifier.OfGit(remote, asked.Location.Reference, known?.Commit);
        PolicyVerdict verdict = policy.Judge(source);
        if (verdict.Source.Value != source.Value)
            throw new StepException(EngineCodes.BadPolicy, $"a rule makes {verdict.Source.Value} of the repository {remote}, and repositories are not converted", "name the other one in the Dockerfile, or with --build-context");
        if (known is not null || !policy.AsksForCommits)
            CheckStep(verdict, known is not null, $"the repository {remote}");
        return known is null ? null : new GitReference(known.Name, known.Commit, known.Tag);
    }

    /// <summary>A commit was pinned.</summary>
    /// <exception cref="StepException">It may not be used.</exception>
    public void Note(RemoteSource.Git asked, Operation.Git pinned)
    {
        string remote = AddressCredentials.Remove(asked.Location.Remote);
        CheckStep(policy.Judge(SourceIdentifier.OfGit(remote, asked.Location.Reference, pinned.Commit)), locked?.FindGit(remote, asked.Location.Reference ?? "") is not null, $"the repository {remote} at {pinned.Commit}");
        Note(new LockEntry.Git(AddressCredentials.Remove(asked.Location.Remote), asked.Location.Reference ?? "", pinned.Reference, pinned.Commit, pinned.Tag));
    }

    private void Note(LockEntry entry) => _used[entry.Subject] = entry;

    private void Check(PolicyVerdict verdict, bool isNamed, string what)
    {
        if (Refusal(verdict, isNamed, what) is { } refusal)
            throw new BuildException(refusal.Code, refusal.Message, refusal.Hint);
    }

    private void CheckStep(PolicyVerdict verdict, bool isNamed, string what)
    {
        if (Refusal(verdict, isNamed, what) is { } refusal)
            throw refusal;
    }

    private StepException? Refusal(PolicyVerdict verdict, bool isNamed, string what)
    {
        if (isLocked && !isNamed)
            return new StepException(EngineCodes.NotAsLocked, $"{what} is not in the lock file", UpgradeHint);
        return verdict.Denial is { } denial && (verdict.Rule is not null || !isNamed) ? new StepException(EngineCodes.SourceDenied, $"{what} may not be used: {denial}", PolicyHint) : null;
    }
}
