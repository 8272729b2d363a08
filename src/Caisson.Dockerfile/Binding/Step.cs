using System.Collections.Immutable;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>An instruction with everything expanded and checked: what a planner turns into operations.</summary>
public abstract record Step
{
    private Step()
    {
    }

    /// <summary>The instruction that the step was made from.</summary>
    public required BoundInstruction Origin { get; init; }

    /// <summary>RUN.</summary>
    /// <param name="Script">What to execute; the shell expands its variables, not the builder.</param>
    /// <param name="Mounts">The mounts, in order.</param>
    public sealed record Run(RunScript Script, ImmutableArray<BoundMount> Mounts) : Step
    {
        /// <summary>The network that the step sees.</summary>
        public NetworkMode Network { get; init; }

        /// <summary>What the step may do.</summary>
        public SecurityMode Security { get; init; }

        /// <summary>The devices asked for, in order.</summary>
        public ImmutableArray<DeviceRequest> Devices { get; init; } = [];
    }

    /// <summary>COPY.</summary>
    /// <param name="From">Where the sources are; never null.</param>
    /// <param name="Transfer">What to copy and where.</param>
    /// <param name="KeepsParents">True when the sources' directories are kept.</param>
    public sealed record Copy(ContentSource From, FileTransfer Transfer, bool KeepsParents) : Step;

    /// <summary>ADD.</summary>
    /// <param name="Transfer">What to add and where.</param>
    public sealed record Add(FileTransfer Transfer) : Step
    {
        /// <summary>What the source must be: a digest, or the beginning of a git commit; null when not given.</summary>
        public string? Checksum { get; init; }

        /// <summary>Whether a git source keeps its <c>.git</c>; null when not said.</summary>
        public bool? KeepsGitDirectory { get; init; }

        /// <summary>Whether archives are unpacked; null when not said: those of the context are, fetched ones are not.</summary>
        public bool? Unpacks { get; init; }
    }

    /// <summary>ENV.</summary>
    /// <param name="Pairs">Names and values.</param>
    public sealed record Env(ImmutableArray<KeyValuePair<string, string>> Pairs) : Step;

    /// <summary>ARG.</summary>
    /// <param name="Arguments">Names and the values they got.</param>
    public sealed record Arg(ImmutableArray<DeclaredArgument> Arguments) : Step;

    /// <summary>LABEL.</summary>
    /// <param name="Pairs">Names and values.</param>
    public sealed record Label(ImmutableArray<KeyValuePair<string, string>> Pairs) : Step;

    /// <summary>EXPOSE.</summary>
    /// <param name="Ports">Each <c>number/protocol</c>, once.</param>
    public sealed record Expose(ImmutableArray<string> Ports) : Step;

    /// <summary>USER.</summary>
    /// <param name="Name">User, or user and group.</param>
    public sealed record User(string Name) : Step;

    /// <summary>WORKDIR.</summary>
    /// <param name="Path">The path as given; relative to the working directory before it.</param>
    public sealed record Workdir(string Path) : Step;

    /// <summary>VOLUME.</summary>
    /// <param name="Paths">The mount points.</param>
    public sealed record Volume(ImmutableArray<string> Paths) : Step;

    /// <summary>STOPSIGNAL.</summary>
    /// <param name="Signal">A signal's name or number.</param>
    public sealed record Stopsignal(string Signal) : Step;

    /// <summary>CMD.</summary>
    /// <param name="Command">The command; nothing is expanded in it.</param>
    public sealed record Cmd(CommandForm Command) : Step;

    /// <summary>ENTRYPOINT.</summary>
    /// <param name="Command">The command; nothing is expanded in it.</param>
    public sealed record Entrypoint(CommandForm Command) : Step;

    /// <summary>SHELL.</summary>
    /// <param name="Program">Program and arguments.</param>
    public sealed record Shell(ImmutableArray<string> Program) : Step;

    /// <summary>HEALTHCHECK.</summary>
    /// <param name="Check">The test; nothing is expanded in it.</param>
    public sealed record Healthcheck(HealthcheckInstruction Check) : Step;

    /// <summary>ONBUILD.</summary>
    /// <param name="Expression">The trigger as an image's configuration stores it.</param>
    public sealed record Onbuild(string Expression) : Step;

    /// <summary>MAINTAINER.</summary>
    /// <param name="Name">The author.</param>
    public sealed record Maintainer(string Name) : Step;
}
