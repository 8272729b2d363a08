using System.CommandLine;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary>The option <c>--filter</c> of <c>du</c> and <c>prune</c>, in the spelling of <c>docker buildx</c>: what must all hold of an entry.</summary>
internal sealed class CacheFilters
{
    /// <summary>The option to add to a command.</summary>
    public Option<string[]> Option { get; } = new("--filter")
    {
        Description = "Only entries of which this holds: type=, id= or description=TEXT (also != and ~= with a regular expression), until=DURATION for what was not used for that long, inuse, shared, private, mutable, immutable; several, separated by commas or given again, must all hold",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = static _ => [],
    };

    /// <summary>What the command line says; null for everything.</summary>
    /// <exception cref="UsageException">A filter is not understood.</exception>
    public Func<CacheEntry, bool>? Read(ParseResult parsed, DateTimeOffset now)
    {
        Func<CacheEntry, bool>[] all = [.. (parsed.GetValue(Option) ?? []).SelectMany(static v => v.Split(',')).Select(f => CacheFilterValues.Parse(f, now))];
        return all.Length == 0 ? null : entry => all.All(f => f(entry));
    }
}
