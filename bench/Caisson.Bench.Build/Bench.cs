using Caisson.Bench.Build.Peers;
using Caisson.Bench.Build.Workloads;

namespace Caisson.Bench.Build;

/// <summary>Measures every workload with every builder, in turn in each round, so that a noisy machine treats them alike.</summary>
internal sealed class Bench(BenchOptions options)
{
    /// <summary>Does it; false when a goal is missed.</summary>
    public async Task<bool> RunAsync()
    {
        string program = Path.GetFullPath("artifacts/caisson");
        await Tool.RunAsync("scripts/install-packages.sh", "buildah", "runc", "crun", "skopeo", "jq", "curl", "docker-registry", "mmdebstrap", "openssl");
        await using BenchDisk disk = await BenchDisk.CreateAsync();
        await using LoopbackRegistry registry = await LoopbackRegistry.StartAsync(Path.Combine(disk.Path, "registry"));
        await using LoopbackRegistry pushed = await LoopbackRegistry.StartAsync(Path.Combine(disk.Path, "pushed"));
        await using DockerEngine? docker = options.HasDocker ? await DockerEngine.StartAsync(Path.Combine(disk.Path, "docker")) : null;
        List<Peer> peers = [new CaissonPeer(program, disk.Path, "crun"), new CaissonPeer(program, disk.Path, "runc"), new BuildahPeer(disk.Path)];
        if (docker is not null)
            peers.AddRange([new DockerPeer(docker, isClassic: false), new DockerPeer(docker, isClassic: true)]);
        await using ServedCaisson? served = docker is not null && options.HasServed ? await ServedCaisson.StartAsync(program, Path.Combine(disk.Path, "served"), docker) : null;
        if (served is not null)
            peers.Add(new ServedPeer(served));
        if (options.BuildctlAddress is { } address)
        {
            peers.Add(new BuildctlPeer(address, disk.Path, registry.Name));
            if (served is not null)
                peers.Add(new BuildctlPeer(served.Address, disk.Path, registry.Name, served));
        }
        Report report = new(Machine.Describe());
        foreach (Peer peer in peers)
            report.Versions[peer.Name] = await peer.ReadVersionAsync();
        Log("making the base image");
        string layout = await LoadBaseAsync(program, disk, registry, peers);
        WorkloadList list = new(new Inputs(Directory.CreateDirectory(Path.Combine(disk.Path, "contexts")).FullName), program, registry.Name, pushed, disk.Path);
        foreach ((string name, Func<Task<Workload>> make) in list.All)
        {
            if (!options.Measures(name))
                continue;
            try
            {
                report.Add(await MeasureAsync(await make(), peers));
            }
            catch (InvalidOperationException e)
            {
                // What was measured before is not lost.
                Log($"{name} was not measured: {e.Message}");
                report.IsComplete = false;
            }
        }
        if (docker is not null && options.HasServed && options.Measures(ServedLoad.Name))
        {
            Log(ServedLoad.Name);
            report.Load = await ServedLoad.MeasureAsync(program, Path.Combine(disk.Path, "load"), layout, docker);
        }
        report.Print(Console.Out);
        await File.WriteAllBytesAsync(options.JsonPath, report.ToJson());
        return report.MeetsGoals;
    }

    private static void Log(string what) => Console.Error.WriteLine($"{DateTime.Now:HH:mm:ss} {what}");

    // The base image for all; and where it is.
    private static async Task<string> LoadBaseAsync(string program, BenchDisk disk, LoopbackRegistry registry, List<Peer> peers)
    {
        string store = Path.Combine(disk.Path, "base");
        await Tool.ShellAsync($"CAISSON_ROOT={store} examples/bases.sh golang >&2");
        string layout = $"{store}/images:{Inputs.Base}";
        foreach (Peer peer in peers)
            await peer.LoadAsync(layout, Inputs.Base);
        // What is pulled is as large, but of other layers: no builder has any of it.
        const string pulled = "FROM " + Inputs.Base + " AS base\nRUN touch /pulled\nFROM scratch\nCOPY --from=base / /\n";
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(disk.Path, "pulled")).FullName, "Dockerfile"), pulled);
        await Tool.RunAsync("env", "CAISSON_ROOT=" + store, program, "build", "--quiet", "--push", "--tag", registry.Name + "/golang:1.19", Path.Combine(disk.Path, "pulled"));
        return layout;
    }

    private async Task<WorkloadResult> MeasureAsync(Workload workload, List<Peer> peers)
    {
        Log(workload.Name);
        WorkloadResult result = new(workload);
        peers.ForEach(static p => p.BeginWorkload());
        List<Peer> able = [.. peers.Where(p => (workload.RunsSteps || p.Name != "Caisson (runc)") && workload.Command(p) is not null)];
        for (int run = -workload.WarmUps; run < options.Runs; run++)
        {
            foreach (Peer peer in able)
            {
                await workload.Before(peer);
                await Tool.RunAsync("sync");
                Sample sample = await Sample.TakeAsync(workload.Command(peer)!.Value, peer.Daemons);
                if (run >= 0)
                    result.Add(peer, sample);
            }
            if (able.Count > 0 && workload.Limit is { } limit && await Sample.TakeAsync(limit, []) is var least && run >= 0)
                result.Limit.Add(least);
        }
        return result;
    }
}
