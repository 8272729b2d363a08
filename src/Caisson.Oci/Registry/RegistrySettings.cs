using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>Where repositories are really read and written: mirrors, other locations, and what is blocked.</summary>
/// <param name="Rules">The rules. Of several about a name that with the longest prefix counts.</param>
public sealed record RegistrySettings(ImmutableArray<RegistryRule> Rules)
{
    /// <summary>Every repository is where its name says.</summary>
    public static RegistrySettings None { get; } = new([]);

    /// <summary>Where a reference may be read, in the order to ask: mirrors, then the location itself.</summary>
    /// <exception cref="RegistryException">The rule blocks it.</exception>
    internal ImmutableArray<RegistryLocation> Sources(Reference reference)
    {
        if (RuleOf(reference) is not { } match)
            return [new RegistryLocation(reference.Registry, reference.Repository)];
        ImmutableArray<RegistryLocation>.Builder sources = ImmutableArray.CreateBuilder<RegistryLocation>();
        foreach (RegistryMirror mirror in match.Rule.Mirrors)
        {
            if (IsFor(mirror.PullFrom, reference))
                sources.Add(Replace(reference, match.Length, mirror.Location) with { IsMirror = true });
        }
        sources.Add(Own(reference, match));
        return sources.ToImmutable();
    }

    /// <summary>Where a reference is written, and what is no image is read.</summary>
    /// <exception cref="RegistryException">The rule blocks it.</exception>
    internal RegistryLocation Target(Reference reference) =>
        RuleOf(reference) is { } match ? Own(reference, match) : new RegistryLocation(reference.Registry, reference.Repository);

    /// <summary>The host that answers for a registry as a whole.</summary>
    /// <exception cref="RegistryException">The rule blocks it.</exception>
    internal string HostOf(string registry) => Rule(registry, registry)?.Rule.Location?.Split('/')[0] ?? registry;

    private (RegistryRule Rule, int Length)? RuleOf(Reference reference) => Rules.IsEmpty ? null : Rule(reference.Registry, reference.Name);

    private (RegistryRule Rule, int Length)? Rule(string registry, string name)
    {
        (RegistryRule Rule, int Length)? best = null;
        foreach (RegistryRule rule in Rules)
        {
            if (rule.MatchedLength(name) is { } length && (best is null || rule.Prefix.Length > best.Value.Rule.Prefix.Length))
                best = (rule, length);
        }
        return best is { Rule: { IsBlocked: true } blocking }
            ? throw new RegistryException(RegistryErrorKind.Blocked, registry, $"the registry configuration blocks {blocking.Prefix}")
            : best;
    }

    // A tag with a digest is a part of what the tag stands for: it has to come from where the whole came from.
    private static bool IsFor(PullFrom pullFrom, Reference reference) => pullFrom switch
    {
        PullFrom.DigestOnly => reference.Digest is not null,
        PullFrom.TagOnly => reference.Tag is not null || reference.Digest is null,
        _ => true,
    };

    private static RegistryLocation Own(Reference reference, (RegistryRule Rule, int Length) match) =>
        match.Rule.Location is { } location ? Replace(reference, match.Length, location) : new RegistryLocation(reference.Registry, reference.Repository);

    private static RegistryLocation Replace(Reference reference, int length, string location)
    {
        string name = location + reference.Name[length..];
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            ? new RegistryLocation(name[..slash], name[(slash + 1)..])
            : throw new RegistryException(RegistryErrorKind.Blocked, reference.Registry, $"the registry configuration leaves nothing of {reference.Name} but the host {location}");
    }
}
