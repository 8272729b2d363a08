using System.Collections.Immutable;
using Caisson.Engine.Events;
using Caisson.Oci.Model;

namespace Caisson.Engine.History;

/// <summary>One step of a build, as it is remembered.</summary>
public sealed record StepHistory
{
    /// <summary>Which of the build's steps it is, in the order in which they began, counted from 1: the number that <c>--progress=plain</c> shows.</summary>
    public required int Number { get; init; }

    /// <summary>What people read of it, for example <c>[build 3/5] RUN go build ./...</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The stage that it stands in; empty for work that no instruction asked for.</summary>
    public string Stage { get; init; } = "";

    /// <summary>Which of the stage's steps it is, counted from 1 (the <c>FROM</c> of an image or of a context); 0 for work that no instruction asked for.</summary>
    public int StageNumber { get; init; }

    /// <summary>The line of the Dockerfile that it begins on; null for work that no instruction asked for.</summary>
    public int? Line { get; init; }

    /// <summary>When it began, counted from the start of the build.</summary>
    public TimeSpan Start { get; init; }

    /// <summary>How long it took; until the last that is known of the build when it did not end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How it ended.</summary>
    public StepOutcome Outcome { get; init; }

    /// <summary>Why an earlier result was taken; null when none was.</summary>
    public HitKind? Hit { get; init; }

    /// <summary>The shared cache that its result was taken from, as people read it; null when it was stored here, or the step was done.</summary>
    public string? From { get; init; }

    /// <summary>Why no earlier result was taken, the first input that differs first.</summary>
    public ImmutableArray<string> Reasons { get; init; } = [];

    /// <summary>The ids of the cache mounts that it may have taken something from: what they hold is part of no key.</summary>
    public ImmutableArray<string> CacheMounts { get; init; } = [];

    /// <summary>Its cache key; null for what has none.</summary>
    public Digest? Key { get; init; }

    /// <summary>For an image: its reference, with the digest.</summary>
    public string? Image { get; init; }

    /// <summary>Why it failed, in one line.</summary>
    public string? Message { get; init; }

    /// <summary>The exit code of its program when that failed.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Whether it wrote anything, which <see cref="BuildHistory.OpenLog"/> gives.</summary>
    public bool HasLog { get; init; }

    /// <summary>The text of the instruction, without stage and number.</summary>
    public string Instruction => StageNumber > 0 && Name.IndexOf("] ", StringComparison.Ordinal) is int end and >= 0 ? Name[(end + 2)..] : Name;
}
