using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Oci.Model;

namespace Caisson.Engine.Events;

/// <summary>Something that happened in a build, as its user sees it. Events of one step come in order; those of different steps mix.</summary>
public abstract record BuildEvent
{
    private BuildEvent()
    {
    }

    /// <summary>When it happened, counted from the start of the build.</summary>
    public required TimeSpan At { get; init; }

    /// <summary>An image that the Dockerfile names is looked for, on this machine or in its registry: what it is has to be known before there are steps.</summary>
    /// <param name="Image">Its whole name.</param>
    /// <param name="Platform">For which platform; empty where the build is for one that nobody asked for.</param>
    public sealed record ResolveStarted(string Image, string Platform) : BuildEvent;

    /// <summary>An image has been found, or is not to be had.</summary>
    /// <param name="Image">Its whole name.</param>
    /// <param name="Platform">For which platform; empty where the build is for one that nobody asked for.</param>
    /// <param name="Problem">Why it is not to be had, in one line; empty when it has been found.</param>
    public sealed record ResolveEnded(string Image, string Platform, string Problem) : BuildEvent
    {
        /// <summary>Whether it was given up because the build ended without it.</summary>
        public bool IsCancelled { get; init; }
    }

    /// <summary>Work on a step began.</summary>
    /// <param name="Step">Names the step: the digest of its node.</param>
    /// <param name="Name">What people read, for example <c>[build 3/5] RUN go build ./...</c>.</param>
    /// <param name="Where">The instruction it comes from; null when there is none.</param>
    public sealed record StepStarted(Digest Step, string Name, SourceSpan? Where) : BuildEvent
    {
        /// <summary>The stage of the Dockerfile that the step stands in; empty for work that no instruction asked for.</summary>
        public string Stage { get; init; } = "";

        /// <summary>Which of the stage's steps it is, counted from 1 (the <c>FROM</c> of an image or of a context); 0 for work that no instruction asked for.</summary>
        public int Number { get; init; }

        /// <summary>The name with the values of variables, as BuildKit shows it; null where it is the same.</summary>
        public string? Shown { get; init; }

        /// <summary>The steps whose results it works on, as far as they are told of.</summary>
        public ImmutableArray<Digest> Inputs { get; init; } = [];

        /// <summary>Whether an earlier result is taken: the step's end comes at once.</summary>
        public bool IsCached { get; init; }

        /// <summary>The step's cache key; null for what has none: images, exports.</summary>
        public Digest? Key { get; init; }

        /// <summary>For an image: its reference, with the digest.</summary>
        public string? Image { get; init; }

        /// <summary>The ids of the cache mounts that the step may have taken something from: what they hold is part of no key.</summary>
        public ImmutableArray<string> CacheMounts { get; init; } = [];

        /// <summary>For work of an export: of which; null for all else.</summary>
        public ExportWork? Export { get; init; }
    }

    /// <summary>A running step wrote a line.</summary>
    /// <param name="Step">The step.</param>
    /// <param name="IsError">Whether it was written to standard error.</param>
    /// <param name="Line">The line as it is shown: without its end, and without what it was written over.</param>
    public sealed record StepOutput(Digest Step, bool IsError, string Line) : BuildEvent
    {
        /// <summary>The line as it was written, with its end; a part of a long one has none.</summary>
        public string Text { get => field ?? Line + "\n"; init; }
    }

    /// <summary>A step moved bytes.</summary>
    /// <param name="Step">The step.</param>
    /// <param name="What">What is moved: a blob's digest, for example.</param>
    /// <param name="DoneBytes">How many so far.</param>
    /// <param name="TotalBytes">How many there are; null when that is not known.</param>
    public sealed record StepProgress(Digest Step, string What, long DoneBytes, long? TotalBytes) : BuildEvent;

    /// <summary>A step is done.</summary>
    /// <param name="Step">The step.</param>
    /// <param name="IsCached">Whether an earlier result was taken.</param>
    public sealed record StepCompleted(Digest Step, bool IsCached) : BuildEvent
    {
        /// <summary>Why an earlier result was taken; null when none was.</summary>
        public HitKind? Hit { get; init; }

        /// <summary>The shared cache that the result comes from, as people read it; null when it was stored here, or the step was done.</summary>
        public string? From { get; init; }
    }

    /// <summary>Why a step was done, and no earlier result taken. May come after the step has ended.</summary>
    /// <param name="Step">The step.</param>
    /// <param name="Reasons">What differs from the last time, in sentences without a point at the end; the first one is the first input that differs.</param>
    public sealed record StepExplained(Digest Step, ImmutableArray<string> Reasons) : BuildEvent;

    /// <summary>A step failed. Why is what <see cref="Build.Completion"/> throws.</summary>
    /// <param name="Step">The step.</param>
    /// <param name="Message">One line.</param>
    public sealed record StepFailed(Digest Step, string Message) : BuildEvent
    {
        /// <summary>The program's exit code; null when it was not that a program failed.</summary>
        public int? ExitCode { get; init; }

        /// <summary>The program and its arguments, when it was a program that failed.</summary>
        public ImmutableArray<string> Command { get; init; } = [];
    }

    /// <summary>A step was given up because the build ended without it.</summary>
    /// <param name="Step">The step.</param>
    public sealed record StepCancelled(Digest Step) : BuildEvent;

    /// <summary>Something that does not stop the build, but that its user should know.</summary>
    /// <param name="Diagnostic">What.</param>
    public sealed record Warning(Diagnostic Diagnostic) : BuildEvent;
}
