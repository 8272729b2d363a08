using System.Collections.Immutable;
using Caisson.Bench.Build.Peers;

namespace Caisson.Bench.Build.Workloads;

/// <summary>All workloads, each with its inputs made when it is asked for: some take gigabytes.</summary>
/// <param name="inputs">Their contexts.</param>
/// <param name="program">Caisson's command.</param>
/// <param name="registry">The registry on the loopback interface that images are pulled from.</param>
/// <param name="pushed">The one that they are pushed to.</param>
/// <param name="directory">For what limits write.</param>
internal sealed class WorkloadList(Inputs inputs, string program, string registry, LoopbackRegistry pushed, string directory)
{
    private int _changes;

    /// <summary>The names, in order, with what makes each.</summary>
    public IReadOnlyList<(string Name, Func<Task<Workload>> Make)> All =>
    [
        ("no-op, image in the store", NoOpAsync),
        ("no-op, OCI archive written anew", NoOpArchiveAsync),
        ("no-op, asked of a daemon by buildx", () => NoOpByClientAsync("buildx")),
        ("no-op, asked of a daemon by buildctl", () => NoOpByClientAsync("buildctl")),
        ("20,000 files sent for the first time by buildx", () => FirstSyncAsync("buildx")),
        ("20,000 files sent for the first time by buildctl", () => FirstSyncAsync("buildctl")),
        ("20 RUNs", CommandsAsync),
        ("20,000 files and 1 GiB, OCI archive, gzip", () => FilesAsync(JobOutput.Archive, 0.4)),
        ("20,000 files and 1 GiB, OCI archive, uncompressed", () => FilesAsync(JobOutput.PlainArchive, 0.3)),
        ("20,000 files and 1 GiB, image in the store", () => FilesAsync(JobOutput.Store, 0.4)),
        ("Go service, one source file touched", GoChangeAsync),
        ("Go service for three platforms, cross-compiled", PlatformsAsync),
        ("5,000 files copied, changed by a RUN, copied again", ChangedFilesAsync),
        ("four parallel stages", StagesAsync),
        ("pull of a Go base and one RUN", PullAsync),
        ("push of 1 GiB, random", () => PushAsync(isRandom: true)),
        ("push of 1 GiB, compressible", () => PushAsync(isRandom: false)),
        ("push of an unchanged image", PushAgainAsync),
        ("packages installed through the gateway", PackagesAsync),
        ("growth: no-op, 2,000 files", () => ManyFilesAsync("growth: no-op, 2,000 files", 2_000)),
        ("growth: no-op, 20,000 files", () => ManyFilesAsync("growth: no-op, 20,000 files", 20_000)),
        ("growth: no-op, 200,000 files", () => ManyFilesAsync("growth: no-op, 200,000 files", 200_000)),
        ("growth: no-op, 1,000 stages", ManyStagesAsync),
        ("growth: archive of 100 MiB", () => ArchiveAsync("growth: archive of 100 MiB", 100)),
        ("growth: archive of 8 GiB", () => ArchiveAsync("growth: archive of 8 GiB", 8 * 1024)),
    ];

    private static ImmutableArray<string> StartOf(string client) => client == "buildx" ? [DockerEngine.BuildxProgram, "version"] : [client, "--version"];

    private async Task<Workload> NoOpAsync()
    {
        string context = await inputs.GoProjectAsync(hasMounts: false);
        return new Workload("no-op, image in the store", 1.0, peer => peer.Build(new BuildJob(context)))
        {
            Limit = [program, "version"],
            LimitName = "the command's start",
        };
    }

    private async Task<Workload> NoOpArchiveAsync()
    {
        string context = await inputs.GoProjectAsync(hasMounts: false);
        return new Workload("no-op, OCI archive written anew", 0.35, peer => peer.Build(new BuildJob(context) { Output = JobOutput.Archive }))
        {
            Limit = [program, "version"],
            LimitName = "the command's start",
        };
    }

    private async Task<Workload> NoOpByClientAsync(string client)
    {
        string context = await inputs.GoProjectAsync(hasMounts: false);
        return new Workload($"no-op, asked of a daemon by {client}", 0.6, peer => peer.Client == client ? peer.BuildByClient(new BuildJob(context)) : null)
        {
            WarmUps = 30, // daemons that have been at work
            Limit = StartOf(client),
            LimitName = "the client's start",
        };
    }

    private async Task<Workload> FirstSyncAsync(string client)
    {
        string context = await inputs.TreeAsync();
        return new Workload($"20,000 files sent for the first time by {client}", 0.6, peer => peer.Client == client ? peer.BuildByClient(new BuildJob(context) { IsUncached = true }) : null)
        {
            Limit = StartOf(client),
            LimitName = "the client's start",
            Before = static peer => peer.ForgetAsync(""), // it would find what it was sent before
        };
    }

    private async Task<Workload> CommandsAsync()
    {
        string context = await inputs.CommandsAsync();
        return new Workload("20 RUNs", 0.4, peer => peer.Build(new BuildJob(context) { IsUncached = true })) { GoalWithRunc = 0.65, RunsSteps = true };
    }

    private async Task<Workload> FilesAsync(JobOutput output, double goal)
    {
        string context = await inputs.FilesAsync();
        return new Workload(All.Single(w => w.Name == NameOf(output)).Name, goal, peer => peer.Build(new BuildJob(context) { Output = output, IsUncached = true }))
        {
            Before = static peer => peer is BuildahPeer ? Task.CompletedTask : peer.ForgetAsync(""), // the others would find the blobs, or the context
            Limit = ["sh", "-c", $"rm -rf {directory}/copy && cp -a {context} {directory}/copy"],
            LimitName = "cp -a",
        };
    }

    private static string NameOf(JobOutput output) => "20,000 files and 1 GiB, " + output switch
    {
        JobOutput.Archive => "OCI archive, gzip",
        JobOutput.PlainArchive => "OCI archive, uncompressed",
        _ => "image in the store",
    };

    private async Task<Workload> GoChangeAsync()
    {
        string context = await inputs.GoProjectAsync(hasMounts: true);
        return new Workload("Go service, one source file touched", 0.85, peer => peer.Build(new BuildJob(context) { HasMounts = true }))
        {
            RunsSteps = true,
            Before = _ => File.AppendAllTextAsync(inputs.PathOf("go", "cmd/server/main.go"), $"// change {++_changes}\n"),
        };
    }

    // The compilers alone, as many at once as there are processors, are what the machine needs: 1.1 × that is the goal.
    private async Task<Workload> PlatformsAsync()
    {
        string context = await inputs.PlatformsAsync();
        string compile = $"cd {context}/src && for arch in amd64 arm64 arm; do echo $arch; done | GO111MODULE=off CGO_ENABLED=0 xargs -P $(nproc) -I ARCH env GOARCH=ARCH GOARM=7 GOCACHE={directory}/go-ARCH go build -trimpath -ldflags '-s -w' -o {directory}/app-ARCH .";
        BuildJob job = new(context) { Platforms = "linux/amd64,linux/arm64,linux/arm/v7", IsUncached = true };
        return new Workload("Go service for three platforms, cross-compiled", 1.0, peer => peer is BuildahPeer ? null : peer.Build(job)) // buildah 1.28 has no build platform for a stage of an image for one
        {
            RunsSteps = true,
            Limit = ["sh", "-c", $"rm -rf {directory}/go-*; {compile}"],
            LimitName = "the compilers alone",
        };
    }

    private async Task<Workload> ChangedFilesAsync()
    {
        string context = await inputs.ChangedFilesAsync();
        return new Workload("5,000 files copied, changed by a RUN, copied again", 0.8, peer => peer.Build(new BuildJob(context)))
        {
            RunsSteps = true,
            Before = _ => File.WriteAllTextAsync(inputs.PathOf("changed", "tree/0/0"), $"change {++_changes}\n"),
        };
    }

    private async Task<Workload> StagesAsync()
    {
        string context = await inputs.StagesAsync();
        return new Workload("four parallel stages", 0.8, peer => peer.Build(new BuildJob(context) { IsUncached = true })) { Limit = ["sleep", "2"], LimitName = "sleep 2" };
    }

    private async Task<Workload> PullAsync()
    {
        string context = await inputs.PullAsync();
        string image = $"{registry}/golang:1.19";
        string layer = $"http://{registry}/v2/golang/blobs/$(curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' http://{registry}/v2/golang/manifests/1.19 | jq -r '.layers[0].digest')";
        return new Workload("pull of a Go base and one RUN", 0.5, peer => peer.Build(new BuildJob(context) { Base = image }))
        {
            Before = peer => peer.ForgetAsync(image),
            Limit = ["sh", "-c", $"rm -rf {directory}/unpacked && mkdir {directory}/unpacked && curl -s \"{layer}\" | tar -xzf - -C {directory}/unpacked"],
            LimitName = "curl | tar -xz",
        };
    }

    // With everything recorded; the limit is the same build with the machine's network. Goal: 1.1 × that.
    private async Task<Workload> PackagesAsync()
    {
        string context = await inputs.PackagesAsync();
        return Own("packages installed through the gateway", double.PositiveInfinity, new BuildJob(context) { IsUncached = true, Network = "gateway" }) with
        {
            Limit = ["env", "SOURCE_DATE_EPOCH=0", $"CAISSON_ROOT={directory}/caisson-crun", "CAISSON_RUNTIME=crun", program, "build", "--quiet", "--no-cache", context],
            LimitName = "without the gateway",
        };
    }

    private async Task<Workload> ManyFilesAsync(string name, int count)
    {
        string context = await inputs.ManyFilesAsync(count);
        return Own(name, 0.6, new BuildJob(context)) with { Limit = ["find", context, "-printf", "%i %s %T@ %C@\\n"], LimitName = "find -printf" };
    }

    // Planning and scheduling may take 0.2 s beside the command's own start.
    private async Task<Workload> ManyStagesAsync() =>
        Own("growth: no-op, 1,000 stages", 0.35, new BuildJob(await inputs.ManyStagesAsync())) with { Limit = [program, "version"], LimitName = "the command's start" };

    // What counts is that the memory is the same for both.
    private async Task<Workload> ArchiveAsync(string name, int mebibytes) =>
        Own(name, double.PositiveInfinity, new BuildJob(await inputs.FileAsync(mebibytes)) { Output = JobOutput.PlainArchive, IsUncached = true }) with { Before = static peer => peer.ForgetAsync("") };

    private static Workload Own(string name, double mostSeconds, BuildJob job) => new(name, 0, peer => peer.IsOwn ? peer.Build(job) : null) { MostSeconds = mostSeconds };

    private async Task<Workload> PushAsync(bool isRandom)
    {
        string context = await inputs.LayerAsync(isRandom);
        HashSet<string> built = [];
        return new Workload(isRandom ? "push of 1 GiB, random" : "push of 1 GiB, compressible", 0.75, peer => peer.Push($"{pushed.Name}/pushed:latest"))
        {
            Before = async peer =>
            {
                pushed.Empty();
                if (peer.Build(new BuildJob(context)) is { } build && built.Add(peer.Name))
                    await Tool.RunAsync([.. build]);
            },
            Limit = ["openssl", "dgst", "-sha256", Path.Combine(context, "big")],
            LimitName = "SHA-256",
        };
    }

    // All is there already, under its name: what is left is to find that out. Goal: 150 ms, and faster than the others.
    private async Task<Workload> PushAgainAsync()
    {
        string context = await inputs.GoProjectAsync(hasMounts: false);
        HashSet<string> pushedBy = [];
        return new Workload("push of an unchanged image", 1.0, peer => peer.Push($"{pushed.Name}/unchanged-{Safe(peer.Name)}:latest"))
        {
            Before = async peer =>
            {
                if (!pushedBy.Add(peer.Name) || peer.Build(new BuildJob(context)) is not { } build || peer.Push($"{pushed.Name}/unchanged-{Safe(peer.Name)}:latest") is not { } push)
                    return;
                await Tool.RunAsync([.. build]);
                await Tool.RunAsync([.. push]);
            },
            Limit = [program, "version"],
            LimitName = "the command's start",
        };
    }

    private static string Safe(string name) => string.Concat(name.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit));
}
