using Caisson.Linux.Sandbox;

namespace Caisson.Linux.Machine;

/// <summary>What is found of the ladder: the rung of this process, what keeps it from those above, and what each means.</summary>
internal static class LadderFindings
{
    private static readonly (Rung Rung, string Name, string Means)[] Rungs =
    [
        (Rung.AllIds, "rung 1: all ids", "every build works"),
        (Rung.OneId, "rung 2: one id", "files keep their owners in attributes; programs of RUN can be root only"),
        (Rung.FilesOnly, "rung 3: files only", "builds without RUN work; one with a RUN is refused"),
    ];

    /// <summary>One finding for each rung, the highest first.</summary>
    public static IEnumerable<Finding> Of(Ladder ladder) => Rungs.Select(rung => FindingOf(ladder, rung.Rung, rung.Name, rung.Means));

    private static Finding FindingOf(Ladder ladder, Rung rung, string name, string means)
    {
        if (ladder.Above.FirstOrDefault(o => o.Rung == rung) is { } obstacle)
            return new Finding(name, ladder.Rung == Rung.FilesOnly && rung == Rung.OneId ? FindingState.Missing : FindingState.Limited, obstacle.Reason, obstacle.Cure);
        return new Finding(name, FindingState.Works, rung == ladder.Rung ? "builds are here: " + means : "not needed");
    }
}
