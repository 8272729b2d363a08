using System.Text;
using Caisson.Engine.Events;
using Caisson.Engine.History;
using Caisson.Oci.Model;

namespace Caisson.Cli.Tests.History;

/// <summary>A build with everything that can be remembered.</summary>
internal static class SampleBuild
{
    public static DateTimeOffset Now { get; } = new(2026, 11, 21, 12, 30, 0, TimeSpan.Zero);

    public static BuildRecord Build { get; } = new()
    {
        Id = "1lg33h6n",
        Started = Now - TimeSpan.FromMinutes(5),
        Duration = TimeSpan.FromSeconds(72.25),
        Outcome = BuildOutcome.Failed,
        Context = "/home/user/project",
        Dockerfile = "/home/user/project/Dockerfile",
        Target = "end",
        Platform = "linux/amd64",
        Arguments = BuildRecordEmpty.Add("VERSION", "1.2"),
        NamedContexts = BuildRecordEmpty.Add("lib", "../lib"),
        Options = ["--no-cache-filter=x"],
        Tags = ["app:1", "app:latest"],
        ImageDigest = "sha256:1",
        ImageId = "sha256:2",
        Steps =
        [
            new StepHistory { Number = 1, Name = "[build 1/3] FROM box", Stage = "build", StageNumber = 1, Line = 1, Outcome = StepOutcome.Hit, Hit = HitKind.Source, Image = "box@sha256:3" },
            new StepHistory { Number = 2, Name = "[build 2/3] COPY a\e[1m /", Stage = "build", StageNumber = 2, Line = 2, Outcome = StepOutcome.Done, Key = Digest.OfBytes(Encoding.UTF8.GetBytes("k")), Reasons = ["main.go changed", "ARG V 1 → 2"] },
            new StepHistory { Number = 3, Name = "[build 3/3] RUN make", Stage = "build", StageNumber = 3, Line = 3, Start = TimeSpan.FromSeconds(2), Duration = TimeSpan.FromSeconds(70), Outcome = StepOutcome.Failed, ExitCode = 2, Message = "exit code 2", HasLog = true, Reasons = ["the command changed"] },
            new StepHistory { Number = 4, Name = "exporting layers", Outcome = StepOutcome.Cancelled },
        ],
        Errors = [new BuildFinding("CSN3001", "the command ended with exit code 2", "Dockerfile", 3, "look")],
        Warnings = [new BuildFinding("CSN1211", "nobody declares A")],
    };

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> BuildRecordEmpty => System.Collections.Immutable.ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
