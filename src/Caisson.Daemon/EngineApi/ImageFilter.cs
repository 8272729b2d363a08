using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Caisson.Dockerfile.Parsing;
using Caisson.Engine;
using Caisson.Oci.Model;

namespace Caisson.Daemon.EngineApi;

/// <summary>Which images are listed or removed.</summary>
/// <param name="filters">What the client asks for.</param>
/// <param name="all">All images.</param>
/// <param name="now">The time of the request.</param>
internal sealed class ImageFilter(ApiFilters filters, ImmutableArray<StoredImage> all, DateTimeOffset now)
{
    /// <summary>The filters that there are.</summary>
    public static readonly string[] Names = ["dangling", "label", "label!", "before", "since", "reference", "until"];

    /// <summary>Those that fit.</summary>
    /// <exception cref="ApiException">A filter is wrong.</exception>
    public IEnumerable<StoredImage> Fitting()
    {
        long? before = CreatedOf("before");
        long? since = CreatedOf("since");
        long? until = filters["until"] is [var text, ..] ? TimeOf(text, now).ToUnixTimeSeconds() : null;
        bool? isDangling = filters.Truth("dangling");
        HashSet<Digest> named = [.. all.Where(static i => !i.Names.IsEmpty).Select(static i => i.Id)];
        Regex[] patterns = [.. filters["reference"].Select(PatternOf)];
        IEnumerable<StoredImage> fitting = all.Where(i => (isDangling is null || isDangling != named.Contains(i.Id))
            && (before is null || ImageJson.CreatedOf(i) < before) && (since is null || ImageJson.CreatedOf(i) > since) && (until is null || ImageJson.CreatedOf(i) < until)
            && filters["label"].All(l => HasLabel(i, l)) && !filters["label!"].Any(l => HasLabel(i, l)));
        // Of names that are asked for, the others of the same image are not told.
        return patterns.Length == 0 ? fitting : fitting.Select(i => i with { Names = [.. i.Names.Where(n => patterns.Any(p => IsMatch(p, n)))] }).Where(static i => !i.Names.IsEmpty);
    }

    /// <summary>A time: seconds since 1970, a date, or how long ago.</summary>
    /// <exception cref="ApiException">It is none of these.</exception>
    public static DateTimeOffset TimeOf(string text, DateTimeOffset now)
    {
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal seconds) && seconds < 250_000_000_000m)
            return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        if (GoDuration.TryParse(text, out TimeSpan ago))
            return now - ago;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : throw ApiException.Bad($"\"{text}\" is no time");
    }

    private long? CreatedOf(string filter) => filters[filter] is [var name, ..]
        ? ImageJson.CreatedOf(ImageCatalog.Find(name, all) ?? throw ApiException.NoImage(name))
        : null;

    private static bool HasLabel(StoredImage image, string label) =>
        label.Split('=', 2) is [var name, .. var value] && ImageJson.Own(image).Config.Config.Labels is { } labels && labels.TryGetValue(name, out string? has) && (value.Length == 0 || value[0] == has);

    // With the tag and without, as people write it.
    private static bool IsMatch(Regex pattern, Reference name) => pattern.IsMatch(name.Familiar) || pattern.IsMatch(name.WithoutTag().Familiar);

    private static Regex PatternOf(string pattern)
    {
        string expression = Regex.Escape(pattern).Replace("\\*", "[^/]*", StringComparison.Ordinal).Replace("\\?", "[^/]", StringComparison.Ordinal);
        return new Regex($"^{expression}\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }
}
