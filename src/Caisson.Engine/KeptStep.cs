using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>A failed step that was kept, to be entered.</summary>
/// <param name="Id">Its name in the store: that of its build, as a rule.</param>
/// <param name="Name">What people read of it, for example <c>[build 3/5] RUN go build ./...</c>.</param>
/// <param name="KeptAt">When.</param>
public sealed record KeptStep(string Id, string Name, DateTimeOffset KeptAt)
{
    /// <summary>How its program ended; null when it could not be started.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The Dockerfile it stands in.</summary>
    public string Dockerfile { get; init; } = "";

    /// <summary>The shell that its instructions are written for; null when that is not known.</summary>
    public string? Shell { get; init; }

    /// <summary>The ids of the secrets that it had. Their values are not kept.</summary>
    public ImmutableArray<string> Secrets { get; init; } = [];
}
