namespace Caisson.Engine.Reproducing;

/// <summary>What of the surroundings of a build its steps may have let into their files.</summary>
internal sealed record Surroundings
{
    /// <summary>The host name of its steps.</summary>
    public required string HostName { get; init; }

    /// <summary>How many processors they had.</summary>
    public required int Processors { get; init; }

    /// <summary>The store.</summary>
    public required string StorePath { get; init; }

    /// <summary>When the first of them may have begun.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>When the last of them had ended.</summary>
    public required DateTimeOffset To { get; init; }
}
