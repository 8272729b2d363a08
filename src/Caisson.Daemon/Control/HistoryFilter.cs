using System.Globalization;
using Caisson.Daemon.Proto.Control;
using Caisson.Dockerfile.Parsing;
using Grpc.Core;

namespace Caisson.Daemon.Control;

/// <summary>Filters of the history: <c>ref</c>, <c>status</c>, <c>repository</c>, <c>startedAt</c>, <c>completedAt</c> and <c>duration</c>, joined by commas.</summary>
internal static class HistoryFilter
{
    // Of those that begin at the same place, the longer counts.
    private static readonly string[] Operations = ["==", "!=", "~=", "<=", ">=", "<", ">"];

    /// <summary>Whether a build is asked for; of several filters one has to hold.</summary>
    /// <param name="filters">The filters.</param>
    /// <param name="record">The build.</param>
    /// <param name="now">From when on times count that are given as durations.</param>
    /// <exception cref="RpcException">A filter is not understood.</exception>
    public static bool Matches(IReadOnlyCollection<string> filters, BuildHistoryRecord record, DateTimeOffset now) => filters.Count == 0 || filters.Any(f => f.Split(',').All(c => Holds(c, record, now)));

    private static bool Holds(string condition, BuildHistoryRecord record, DateTimeOffset now)
    {
        string operation = Operations.Where(o => condition.Contains(o, StringComparison.Ordinal)).MinBy(o => condition.IndexOf(o, StringComparison.Ordinal)) ?? throw Unknown(condition);
        int at = condition.IndexOf(operation, StringComparison.Ordinal);
        string key = condition[..at], value = condition[(at + operation.Length)..].Trim('"');
        return key switch
        {
            "ref" => Holds(operation, record.Ref, value),
            "status" => Holds(operation, StatusOf(record), value),
            "repository" => Holds(operation, record.FrontendAttrs.TryGetValue("vcs:source", out string? source) ? source : record.FrontendAttrs.TryGetValue("context", out string? context) ? context : "", value),
            "startedAt" => Holds(operation, record.CreatedAt?.ToDateTimeOffset(), TimeOf(value, condition, now)),
            "completedAt" => Holds(operation, record.CompletedAt?.ToDateTimeOffset(), TimeOf(value, condition, now)),
            "duration" => Holds(operation, record is { CreatedAt: { } from, CompletedAt: { } to } ? to.ToDateTimeOffset() - from.ToDateTimeOffset() : null, DurationOf(value) ?? throw Unknown(condition)),
            _ => throw Unknown(condition),
        };
    }

    private static bool Holds(string operation, string actual, string value) => operation switch
    {
        "==" => actual == value,
        "!=" => actual != value,
        "~=" => actual.Contains(value, StringComparison.Ordinal),
        _ => throw Unknown(operation),
    };

    private static bool Holds<T>(string operation, T? actual, T value) where T : struct, IComparable<T> => actual is { } measured && operation switch
    {
        "<" => measured.CompareTo(value) < 0,
        "<=" => measured.CompareTo(value) <= 0,
        ">" => measured.CompareTo(value) > 0,
        ">=" => measured.CompareTo(value) >= 0,
        _ => throw Unknown(operation),
    };

    private static string StatusOf(BuildHistoryRecord record) => record switch
    {
        { CompletedAt: null } => "running",
        { Error: null } => "completed",
        { Error.Code: (int)StatusCode.Cancelled } => "canceled",
        _ => "error",
    };

    private static DateTimeOffset TimeOf(string text, string condition, DateTimeOffset now) => DurationOf(text) is { } ago ? now - ago
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : throw Unknown(condition);

    private static TimeSpan? DurationOf(string text) => GoDuration.TryParse(text, out TimeSpan duration) ? duration : null;

    private static RpcException Unknown(string condition) => new(new Status(StatusCode.InvalidArgument, $"the filter \"{condition}\" is not understood: there are ref, status, repository, startedAt, completedAt and duration"));
}
