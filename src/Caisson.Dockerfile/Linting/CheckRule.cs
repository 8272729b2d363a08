namespace Caisson.Dockerfile.Linting;

/// <summary>A check: its data, and the one method that finds what is against it.</summary>
/// <param name="Name">The name that <c># check=skip=…</c> knows it by; also the code of its warnings.</param>
/// <param name="Description">What it asks for, in one sentence without a full stop.</param>
/// <param name="Find">Finds what is against it, in any order; what steers the checks is looked at by <see cref="Linter"/>, not here.</param>
public sealed record CheckRule(string Name, string Description, Func<CheckedDockerfile, IEnumerable<Finding>> Find)
{
    private const string Reference = "https://docs.docker.com/go/dockerfile/rule/";

    /// <summary>Where the Dockerfile reference explains the rule; null when it does not.</summary>
    public string? Url { get; init; }

    /// <summary>True when the rule is followed only where <c># check=experimental=…</c> asks for it.</summary>
    public bool IsExperimental { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    internal static string UrlOf(string page) => $"{Reference}{page}/";
}
