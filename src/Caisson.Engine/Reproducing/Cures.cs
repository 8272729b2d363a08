using System.Diagnostics;

namespace Caisson.Engine.Reproducing;

/// <summary>What usually helps against a kind of difference, and how people call it.</summary>
internal static class Cures
{
    /// <summary>What people call a kind.</summary>
    public static string NameOf(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Content => "other content",
        DifferenceKind.TimeStamp => "time stamp",
        DifferenceKind.Order => "order",
        DifferenceKind.EmbeddedPath => "embedded path",
        DifferenceKind.HostName => "host name",
        DifferenceKind.Parallelism => "parallelism",
        DifferenceKind.Owner => "owner or mode",
        DifferenceKind.Random => "random",
        DifferenceKind.OnlyInOne => "in one build only",
        _ => throw new UnreachableException(kind.ToString()),
    };

    /// <summary>The cure for a kind.</summary>
    public static string Of(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Content => "find out what the program takes besides its input; docs/reproduce.md tells how to look at both files",
        DifferenceKind.TimeStamp => "leave the time out, or have the tool take it from SOURCE_DATE_EPOCH: declare ARG SOURCE_DATE_EPOCH in the stage",
        DifferenceKind.Order => "sort what is listed before it is used: LC_ALL=C sort; tar --sort=name; $(sort $(wildcard …)) in make",
        DifferenceKind.EmbeddedPath => "keep the path out or the same: go build -trimpath; gcc -ffile-prefix-map=OLD=NEW; a fixed directory in place of mktemp",
        DifferenceKind.HostName => "leave the host name out, or fix it: --build-arg BUILDKIT_SANDBOX_HOSTNAME=NAME",
        DifferenceKind.Parallelism => "do not let the result depend on the number of processors: a fixed number of jobs (make -j4), GOMAXPROCS, OMP_NUM_THREADS",
        DifferenceKind.Owner => "set owner and mode in the step: chown, chmod, umask 022; tar --owner=0 --group=0 --numeric-owner",
        DifferenceKind.Random => "give the tool a fixed seed (PYTHONHASHSEED=0, gcc -frandom-seed=…) or a fixed id (-buildid=), or make the value when the container starts",
        DifferenceKind.OnlyInOne => "remove what is not needed in the same step, or have the step make it each time",
        _ => throw new UnreachableException(kind.ToString()),
    };
}
