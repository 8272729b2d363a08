using System.Globalization;
using Caisson.Dockerfile.Source;
using Caisson.Engine.History;

namespace Caisson.Cli.History;

/// <summary>What <c>history ls --filter</c> asks for.</summary>
internal static class HistoryFilter
{
    private static readonly string[] Names = ["status", "dockerfile", "target", "tag", "since"];
    private static readonly string[] Statuses = [.. Enum.GetValues<BuildOutcome>().Select(BuildTable.StatusOf)];

    /// <summary>Whether a build is asked for, by a filter as it was given.</summary>
    /// <exception cref="UsageException">The filter is not understood.</exception>
    public static Func<BuildRecord, bool> Read(string filter, DateTimeOffset now)
    {
        if (filter.Split('=', 2) is not [var name, { Length: > 0 } value])
            throw new UsageException($"--filter {filter}: write NAME=VALUE, with one of {string.Join(", ", Names)}");
        switch (name)
        {
            case "status":
                if (!Statuses.Contains(value))
                    throw new UsageException($"--filter {filter}: there is no status \"{value}\"; {Suggestion.Hint(value, Statuses) ?? "there are " + string.Join(", ", Statuses)}");
                return build => BuildTable.StatusOf(build.Outcome) == value;
            case "dockerfile":
                return build => build.Dockerfile.Contains(value, StringComparison.Ordinal);
            case "target":
                return build => string.Equals(build.Target, value, StringComparison.OrdinalIgnoreCase);
            case "tag":
                return build => build.Tags.Any(tag => tag.Contains(value, StringComparison.Ordinal));
            case "since":
                DateTimeOffset since = now - AgeOf(value, filter);
                return build => build.Started >= since;
            default:
                throw new UsageException($"--filter {filter}: there is no filter \"{name}\"; {Suggestion.Hint(name, Names) ?? "there are " + string.Join(", ", Names)}");
        }
    }

    private static TimeSpan AgeOf(string value, string filter)
    {
        double seconds = value[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        return seconds > 0 && double.TryParse(value.AsSpan(0, value.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count) && count * seconds < 1e9
            ? TimeSpan.FromSeconds(count * seconds)
            : throw new UsageException($"--filter {filter}: write a time such as 30m, 12h or 7d");
    }
}
