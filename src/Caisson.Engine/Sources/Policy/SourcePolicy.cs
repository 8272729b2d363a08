using System.Collections.Immutable;

namespace Caisson.Engine.Sources.Policy;

/// <summary>What a build may use: rules over images, files, repositories and requests. Of the rules that match, the last decides.</summary>
/// <remarks>
/// As in BuildKit (sourcepolicy/engine.go): ALLOW and DENY override each other in order, within one policy; CONVERT starts again with what the source became. Immutable.
/// </remarks>
/// <param name="rules">The rules, in order.</param>
/// <param name="allowsByDefault">What becomes of a source that no rule matches.</param>
internal sealed class SourcePolicy(ImmutableArray<PolicyRule> rules, bool allowsByDefault)
{
    /// <summary>Names the keyring that a package repository must be signed with.</summary>
    public const string KeyringAttribute = "deb.keyring";

    /// <summary>Names the repository, where the rule's identifier does not begin with it.</summary>
    public const string RepositoryAttribute = "deb.repository";

    /// <summary>Says whether connections with TLS are looked into.</summary>
    public const string TlsAttribute = "tls";

    /// <summary>They pass unseen.</summary>
    public const string Tunnel = "tunnel";

    /// <summary>They are looked into.</summary>
    public const string Intercept = "intercept";

    private const int MaxConversions = 20;
    private const string Nobody = "no rule allows it";

    /// <summary>The policy of a build that has none.</summary>
    public static SourcePolicy Open { get; } = new([], allowsByDefault: true);

    /// <summary>What becomes of a source that no rule matches.</summary>
    public bool AllowsByDefault => allowsByDefault;

    /// <summary>The rules of others, policy by policy: each judges alone, and what one denies is denied.</summary>
    public ImmutableArray<ImmutableArray<PolicyRule>> Others { get; init; } = [];

    /// <summary>Whether a rule is about commits, which are known only when a repository was asked.</summary>
    public bool AsksForCommits => All.Any(static r => r.Mentions(SourceIdentifier.Commit));

    /// <summary>Whether nothing is ever denied or changed.</summary>
    public bool IsOpen => allowsByDefault && !All.Any();

    private IEnumerable<PolicyRule> All => rules.Concat(Others.SelectMany(static o => o));

    /// <summary>What becomes of a source.</summary>
    public PolicyVerdict Judge(SourceIdentifier source)
    {
        for (int i = 0; i < MaxConversions; i++)
        {
            PolicyVerdict verdict = JudgeOnce(source);
            if (verdict.Source == source)
                return verdict;
            source = verdict.Source;
        }
        return new PolicyVerdict(source) { Denial = "rules convert it again and again" };
    }

    private PolicyVerdict JudgeOnce(SourceIdentifier source)
    {
        PolicyVerdict verdict = JudgeBy(rules, source, allowsByDefault ? null : Nobody);
        foreach (ImmutableArray<PolicyRule> other in Others)
        {
            if (verdict.Source != source || verdict is { Denial: not null, Rule: not null })
                break; // what is denied for want of a rule, a lock may name
            if (JudgeBy(other, source, denial: null) is var own && (own.Source != source || own.Denial is not null))
                return own;
        }
        return verdict;
    }

    private static PolicyVerdict JudgeBy(ImmutableArray<PolicyRule> rules, SourceIdentifier source, string? denial)
    {
        PolicyVerdict verdict = new(source) { Denial = denial };
        foreach (PolicyRule rule in rules.Where(rule => rule.Matches(source)))
        {
            switch (rule.Action)
            {
                case PolicyAction.Allow:
                    verdict = verdict with { Denial = null, Rule = rule };
                    break;
                case PolicyAction.Deny:
                    verdict = verdict with { Denial = $"{rule.Place} denies {rule.Identifier}", Rule = rule };
                    break;
                default:
                    SourceIdentifier converted = rule.Convert(source);
                    if (converted.Value != source.Value || !converted.Attributes.SequenceEqual(source.Attributes))
                        return new PolicyVerdict(converted);
                    break;
            }
        }
        return verdict;
    }
}
