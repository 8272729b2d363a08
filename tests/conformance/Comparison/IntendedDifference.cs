using System.Text.RegularExpressions;

namespace Caisson.Conformance.Comparison;

/// <summary>A difference between Caisson and BuildKit that is meant to be.</summary>
internal sealed record IntendedDifference
{
    private const string Nothing = "(nothing)";

    /// <summary>Its name, which cases refer to.</summary>
    public required string Id { get; init; }

    /// <summary>What differs.</summary>
    public required string What { get; init; }

    /// <summary>Why.</summary>
    public required string Why { get; init; }

    /// <summary>A regular expression for the names of those cases that it is looked for in; null when only in those that name it.</summary>
    public string? Cases { get; init; }

    /// <summary>A regular expression for the facet.</summary>
    public required string Facet { get; init; }

    /// <summary>A regular expression for what the statement is about.</summary>
    public string Subject { get; init; } = "";

    /// <summary>A regular expression for what is said of our build; "(nothing)" stands for no statement.</summary>
    public string Ours { get; init; } = "";

    /// <summary>A regular expression for what is said of the other build.</summary>
    public string Theirs { get; init; } = "";

    /// <summary>A regular expression for what the other build's statement has and ours has not; all else is the same. Null when the two need not resemble each other.</summary>
    public string? Without { get; init; }

    /// <summary>A regular expression for what the other builder printed.</summary>
    public string Printed { get; init; } = "";

    /// <summary>What buildah does: "as ours", "as theirs" or "its own"; null where it was not asked.</summary>
    public string? Buildah { get; init; }

    /// <param name="difference">What was found.</param>
    /// <param name="printed">What the other builder printed.</param>
    public bool Explains(Difference difference, string printed) =>
        Regex.IsMatch(printed, Printed)
        && Regex.IsMatch(difference.Facet, $"^(?:{Facet})$")
        && Regex.IsMatch(difference.Subject, Subject)
        && Regex.IsMatch(difference.Ours ?? Nothing, Ours)
        && Regex.IsMatch(difference.Theirs ?? Nothing, Theirs)
        && (Without is null || (difference.Theirs is { } theirs && Regex.Replace(theirs, Without, "") == difference.Ours));
}
