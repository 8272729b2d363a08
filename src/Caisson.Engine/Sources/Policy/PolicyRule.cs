using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Caisson.Engine.Sources.Policy;

/// <summary>A rule of a policy.</summary>
/// <remarks>As in BuildKit: sourcepolicy/pb/policy.proto says what rules are, sourcepolicy/matcher.go which sources they match.</remarks>
internal sealed class PolicyRule
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Regex? _pattern;
    private readonly ImmutableArray<(PolicyConstraint Constraint, Regex? Pattern)> _constraints;

    /// <summary>Makes a rule.</summary>
    /// <param name="action">What it does.</param>
    /// <param name="identifier">What it matches.</param>
    /// <param name="match">How.</param>
    /// <param name="constraints">What must be so besides.</param>
    /// <exception cref="FormatException">A pattern is none.</exception>
    public PolicyRule(PolicyAction action, string identifier, PolicyMatch match, ImmutableArray<PolicyConstraint> constraints)
    {
        Action = action;
        Identifier = identifier;
        _pattern = match switch
        {
            PolicyMatch.Wildcard => WildcardOf(identifier),
            PolicyMatch.Regex => PatternOf(identifier),
            _ => null,
        };
        _constraints = [.. constraints.Select(static c => (c, c.Condition == PolicyCondition.Matches ? PatternOf(c.Value) : null))];
    }

    /// <summary>What it does.</summary>
    public PolicyAction Action { get; }

    /// <summary>What it matches.</summary>
    public string Identifier { get; }

    /// <summary>Where it stands, for people: <c>caisson.policy.json, rule 3</c>.</summary>
    public required string Place { get; init; }

    /// <summary>What a source becomes; null for what it is.</summary>
    public string? Replacement { get; init; }

    /// <summary>What is demanded of a source, or of how it is fetched.</summary>
    public ImmutableSortedDictionary<string, string> Updates { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Whether an attribute counts for it.</summary>
    public bool Mentions(string attribute) => _constraints.Any(c => c.Constraint.Key == attribute);

    /// <summary>Whether it is about a source.</summary>
    public bool Matches(SourceIdentifier source)
    {
        foreach ((PolicyConstraint constraint, Regex? pattern) in _constraints)
        {
            string value = source.Attributes.GetValueOrDefault(constraint.Key, "");
            bool holds = constraint.Condition switch
            {
                PolicyCondition.Equal => value == constraint.Value,
                PolicyCondition.NotEqual => value != constraint.Value,
                _ => pattern!.IsMatch(value), // made for this condition
            };
            if (!holds)
                return false;
        }
        return source.Value == Identifier || (_pattern?.IsMatch(source.Value) ?? false);
    }

    /// <summary>What a source that it matches becomes. In the replacement <c>$1</c> or <c>${1}</c> is what the first star, or group, stood for.</summary>
    public SourceIdentifier Convert(SourceIdentifier source)
    {
        string replacement = Replacement is { Length: > 0 } own ? own : source.Value;
        if (_pattern?.Match(source.Value) is { Success: true } match && Replacement is { Length: > 0 })
            replacement = match.Result(replacement);
        return new SourceIdentifier(replacement, source.Attributes.SetItems(Updates));
    }

    // A star stands for anything, slashes too.
    private static Regex WildcardOf(string text)
    {
        if (text.Contains("**", StringComparison.Ordinal))
            throw new FormatException("a wildcard has no \"**\": one star stands for slashes too");
        StringBuilder pattern = new("^");
        pattern.AppendJoin("(.*)", text.Split('*').Select(Regex.Escape));
        return PatternOf(pattern.Append('$').ToString());
    }

    // Without backtracking, no pattern takes long over a text.
    private static Regex PatternOf(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"\"{text}\" is no pattern: {e.Message}", e);
        }
    }
}
