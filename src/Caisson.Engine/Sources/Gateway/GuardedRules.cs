using System.Collections.Immutable;
using System.Globalization;
using Caisson.Engine.Sources.Locking;
using Caisson.Engine.Sources.Policy;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>The rules of a build that has a policy, a lock file, or both: what either allows may be asked for, what neither does ends the step.</summary>
/// <param name="policy">The policy.</param>
/// <param name="locked">What the build is known to take; null where that does not count.</param>
/// <param name="isLocked">Whether nothing may be asked for that it does not name.</param>
/// <param name="repositories">The signed package repositories.</param>
internal sealed class GuardedRules(SourcePolicy policy, LockFile? locked, bool isLocked, SignedRepositories repositories) : IGatewayRules
{
    private const string GitPack = "/git-upload-pack";

    /// <inheritdoc/>
    public bool AreEnforced => !policy.AllowsByDefault;

    /// <inheritdoc/>
    public RequestVerdict Judge(string method, Uri address)
    {
        PolicyVerdict verdict = policy.Judge(SourceIdentifier.Of(method, address));
        // Behind a CONNECT that is looked into come requests, which are judged.
        bool isTunnel = verdict.Demand(SourcePolicy.TlsAttribute) == SourcePolicy.Tunnel;
        if (method == "CONNECT" && !isTunnel)
            return RequestVerdict.Allowed;
        string asked = SourceIdentifier.Of(method, address).Value;
        bool isNamed = locked?.Names(method, asked) ?? false;
        if (isLocked && isTunnel)
            return new RequestVerdict { Denial = "what passes unseen cannot be locked", IsTunnel = true };
        // What a rule denies the lock file does not allow; what no rule allows it does.
        if ((isLocked && !isNamed) || (verdict.Denial is not null && (verdict.Rule is not null || !isNamed)))
            return new RequestVerdict { Denial = verdict.Rule is not null && verdict.Denial is { } rule ? rule : locked is null ? verdict.Denial : "the lock file does not name it, and no rule allows it", IsTunnel = isTunnel };
        if (!Uri.TryCreate(verdict.Source.Value, UriKind.Absolute, out Uri? target))
            return new RequestVerdict { Denial = $"a rule makes it {verdict.Source.Value}, which is no address" };
        string? keyring = verdict.Denial is null ? verdict.Demand(SourcePolicy.KeyringAttribute) : null;
        return new RequestVerdict
        {
            Instead = target == address ? null : target,
            Content = verdict.Demand(SourceIdentifier.Checksum) is { } checksum ? Digest.Parse(checksum) : null,
            Keyring = keyring,
            Repository = keyring is null ? null : RepositoryOf(verdict, target),
            IsTunnel = isTunnel,
        };
    }

    /// <inheritdoc/>
    public string? JudgeAttempt(string identifier) => policy.Judge(SourceIdentifier.OfAttempt(identifier)) is { Denial: null, Rule: not null } ? null : "a step on the gateway reaches nothing but the gateway, and no rule says that it may try";

    /// <inheritdoc/>
    public async Task<AnswerVerdict> CheckAsync(RequestVerdict verdict, RecordedExchange exchange, string? file, CancellationToken ct)
    {
        if (verdict.Content is { } demanded && exchange.Status is >= 200 and < 300 && exchange.Content != demanded)
            return new AnswerVerdict($"it is not what the policy demands: expected {demanded}, got {exchange.Content?.Value ?? "nothing"}");
        if (CheckLock(exchange) is { } problem)
            return new AnswerVerdict(problem);
        if (verdict is { Keyring: { } keyring, Repository: { } repository })
            return await repositories.CheckAsync(keyring, repository, exchange, file, ct).ConfigureAwait(false);
        return new AnswerVerdict(Package: PackageNames.Of(exchange.Address));
    }

    // What a server says of an error may be different each time. Of a pack, git checks that it holds the commits that were asked for, by their ids.
    private string? CheckLock(RecordedExchange exchange)
    {
        if (locked is null || !locked.Names(exchange.Method, exchange.Address))
            return null; // the policy allows it
        ImmutableArray<LockEntry> entries = locked.FindRequest(exchange.Method, exchange.Address, exchange.Sent);
        if (entries.IsEmpty)
            return $"the lock file knows the address, but not with what was sent ({exchange.Sent?.Value ?? "nothing"})";
        foreach (LockEntry.Network entry in entries.OfType<LockEntry.Network>())
        {
            bool isSame = entry.Status == exchange.Status && (entry.Content == exchange.Content || exchange.Status >= 300 || (exchange.Method == "POST" && exchange.Address.EndsWith(GitPack, StringComparison.Ordinal) && !exchange.Address.Contains('?', StringComparison.Ordinal)));
            if (isSame)
                return null;
        }
        LockEntry.Network first = entries.OfType<LockEntry.Network>().First();
        return string.Create(CultureInfo.InvariantCulture, $"it is not what the lock file says: expected status {first.Status}, {first.SizeBytes} bytes, {first.Content?.Value ?? "no content"}; got status {exchange.Status}, {exchange.SizeBytes} bytes, {exchange.Content?.Value ?? "no content"}");
    }

    private static Uri? RepositoryOf(PolicyVerdict verdict, Uri target)
    {
        if (verdict.Demand(SourcePolicy.RepositoryAttribute) is { } named)
            return Uri.TryCreate(named.EndsWith('/') ? named : named + "/", UriKind.Absolute, out Uri? given) ? given : null;
        string text = target.AbsoluteUri;
        foreach (string part in (string[])["/dists/", "/pool/"])
        {
            int at = text.IndexOf(part, StringComparison.Ordinal);
            if (at >= 0)
                return new Uri(text[..(at + 1)]);
        }
        return target;
    }
}
