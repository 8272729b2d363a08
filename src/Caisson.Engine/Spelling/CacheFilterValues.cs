using System.Text.RegularExpressions;
using Caisson.Dockerfile.Source;

namespace Caisson.Engine.Spelling;

/// <summary>Filters of what the store holds, in the spelling of <c>docker buildx du</c> and <c>prune</c>.</summary>
public static class CacheFilterValues
{
    private const int MinIdLength = 12; // as ids are shown
    private const string Until = "until";
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);
    private static readonly string[] Texts = ["id", "type", "description"];
    private static readonly string[] Flags = ["inuse", "shared", "private", "mutable", "immutable"];
    private static readonly string[] Keys = [.. Texts, .. Flags, Until];

    /// <summary>Reads filters in BuildKit's spelling: conditions of one, joined by commas, must all hold; of several filters one has to.</summary>
    /// <param name="filters">The filters, as they are written; those that are empty, and none at all, leave everything in.</param>
    /// <param name="now">The time now.</param>
    /// <exception cref="UsageException">One is not understood.</exception>
    public static Func<CacheEntry, bool> ParseAny(IEnumerable<string> filters, DateTimeOffset now)
    {
        Func<CacheEntry, bool>[][] alternatives = [.. filters.Where(static f => f.Length > 0).Select(f => f.Split(',').Select(c => Parse(c.Replace("==", "=", StringComparison.Ordinal), now)).ToArray())];
        return entry => alternatives.Length == 0 || alternatives.Any(a => a.All(c => c(entry)));
    }

    /// <summary>Reads one filter.</summary>
    /// <param name="filter">The filter, as it is written.</param>
    /// <param name="now">The time now.</param>
    /// <exception cref="UsageException">It is not understood.</exception>
    public static Func<CacheEntry, bool> Parse(string filter, DateTimeOffset now)
    {
        int end = filter.AsSpan().IndexOfAny("!~=");
        string key = end < 0 ? filter : filter[..end];
        string rest = end < 0 ? "" : filter[end..];
        if (!Keys.Contains(key))
            throw Wrong(filter, $"there is no \"{key}\"{Offer(key, Keys)}");
        if (Flags.Contains(key))
            return Flag(filter, key, rest);
        (string relation, string value) = rest switch
        {
            ['!', '=', ..] or ['~', '=', ..] => (rest[..2], rest[2..]),
            ['=', ..] => ("=", rest[1..]),
            _ => throw Wrong(filter, $"write {key}=VALUE"),
        };
        if (value.Length == 0)
            throw Wrong(filter, "there is no value");
        return key == Until ? UnusedFor(filter, relation, value, now) : Text(filter, key, relation, value);
    }

    private static Func<CacheEntry, bool> UnusedFor(string filter, string relation, string value, DateTimeOffset now)
    {
        if (relation != "=" || !Durations.TryParse(value, out TimeSpan age))
            throw Wrong(filter, "write until=DURATION, such as until=24h");
        return entry => now - entry.LastUsed >= age;
    }

    private static Func<CacheEntry, bool> Text(string filter, string key, string relation, string value)
    {
        if (relation == "~=")
        {
            Regex pattern = Pattern(filter, value);
            return entry => pattern.IsMatch(TextOf(entry, key));
        }
        // Nothing of an unknown type is ever there: it is a slip. Of BuildKit's types there is one that nothing here is of.
        if (key == "type" && value != "frontend" && !CacheEntryTypes.All.Contains(value))
            throw Wrong(filter, $"there is no type \"{value}\"{Offer(value, CacheEntryTypes.All)}");
        bool isWanted = relation == "=";
        return entry => Matches(entry, key, value) == isWanted;
    }

    // Ids are shown short, and may be given so; those of cache mounts as the Dockerfile has them, which is often without the slash that they get.
    private static bool Matches(CacheEntry entry, string key, string value) => key == "id"
        ? entry.Id == value || entry.Id == "/" + value || (value.Length >= MinIdLength && entry.Id.StartsWith(value, StringComparison.Ordinal))
        : TextOf(entry, key) == value;

    private static string TextOf(CacheEntry entry, string key) => key switch
    {
        "id" => entry.Id,
        "type" => entry.Type,
        _ => entry.Description,
    };

    private static Func<CacheEntry, bool> Flag(string filter, string key, string rest)
    {
        bool isWanted = rest switch
        {
            "" or "=true" or "=1" => true,
            "=false" or "=0" => false,
            _ => throw Wrong(filter, $"write {key}, {key}=true or {key}=false"),
        };
        return key switch
        {
            "inuse" => entry => entry.IsInUse == isWanted,
            "shared" => entry => entry.IsShared == isWanted,
            "private" => entry => entry.IsShared != isWanted,
            "mutable" => entry => entry.IsMutable == isWanted,
            _ => entry => entry.IsMutable != isWanted,
        };
    }

    private static Regex Pattern(string filter, string text)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, MatchTimeout);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw Wrong(filter, $"\"{text}\" is no regular expression: {e.Message}");
        }
    }

    private static string Offer(string word, IEnumerable<string> known) => Suggestion.Hint(word, known) is { } hint ? $"; {hint}" : $"; there are {string.Join(", ", known)}";

    private static UsageException Wrong(string filter, string why) => new($"filter \"{filter}\": {why}");
}
