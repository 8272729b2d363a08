using System.Collections.Immutable;
using Caisson.Dockerfile.Expansion;

namespace Caisson.Dockerfile.Binding;

/// <summary>What all scopes of a build share.</summary>
/// <param name="Escape">The Dockerfile's escape character.</param>
/// <param name="Given">The build arguments given.</param>
/// <param name="Global">The predefined arguments, and those that ARG declares before the first FROM.</param>
internal sealed record ScopeContext(char Escape, ImmutableDictionary<string, string> Given, VariableSet Global)
{
    public Expander Expander { get; } = new(Escape);

    /// <summary>Expands the content of a heredoc, where quotes mean nothing and only a backslash escapes.</summary>
    public Expander DocumentExpander { get; } = new('\\', ExpansionStyle.IgnoreQuotes);

    /// <summary>Expands an instruction for people to read.</summary>
    public Expander ShownExpander { get; } = new(Escape) { MaxLength = BindingLimits.MaxShownLength, MaxCost = BindingLimits.MaxShownCost };

    /// <summary>The same for RUN, which a shell reads after all.</summary>
    public Expander ShownProgramExpander { get; } = new(Escape, ExpansionStyle.KeepQuotes | ExpansionStyle.KeepUnset) { MaxLength = BindingLimits.MaxShownLength, MaxCost = BindingLimits.MaxShownCost };
}
