using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Oci.Model;

namespace Caisson.Cli.Tests.Progress;

/// <summary>The events of a build that everything happens in.</summary>
internal static class Sample
{
    private static readonly Digest Base = Of("base");
    private static readonly Digest Build = Of("build");
    private static readonly Digest Other = Of("other");
    private static readonly Digest Export = Of("export");

    public static Diagnostic Warning { get; } = new("CSN1211", Severity.Warning, "the build argument \"A\" is declared by no ARG", Where: null, "remove it");

    public static BuildEvent[] Events =>
    [
        new BuildEvent.Warning(Warning) { At = At(0) },
        new BuildEvent.StepStarted(Base, "[build 1/2] FROM golang:1.19", Where: null) { At = At(0.1) },
        new BuildEvent.StepCompleted(Base, IsCached: true) { At = At(0.1) },
        new BuildEvent.StepStarted(Build, "[build 2/2] RUN go build ./...", Where: null) { At = At(0.2) },
        new BuildEvent.StepStarted(Other, "[lint 2/2] RUN go vet ./...", Where: null) { At = At(0.2) },
        new BuildEvent.StepOutput(Build, IsError: true, "compiling \e[31mred\e[0m\tthings") { At = At(0.5) },
        new BuildEvent.StepOutput(Other, IsError: false, "checking") { At = At(0.6) },
        new BuildEvent.StepOutput(Build, IsError: true, "done") { At = At(1.75) },
        new BuildEvent.StepCompleted(Build, IsCached: false) { At = At(1.8) },
        new BuildEvent.StepStarted(Export, "exporting layers", Where: null) { At = At(1.9) },
        new BuildEvent.StepProgress(Export, "sha256:…", 1_500_000, 3_000_000) { At = At(2) },
        new BuildEvent.StepFailed(Other, "exit code 1") { At = At(2.1) },
        new BuildEvent.StepCancelled(Export) { At = At(2.2) },
    ];

    private static Digest Of(string step) => Digest.OfBytes(Encoding.UTF8.GetBytes(step));

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
