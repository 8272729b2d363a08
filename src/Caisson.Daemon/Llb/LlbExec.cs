using System.Collections.Immutable;
using System.Globalization;
using Caisson.Daemon.Proto.Llb;
using Caisson.Engine;
using Caisson.Engine.Graph;
using Caisson.Engine.Spelling;

namespace Caisson.Daemon.Llb;

/// <summary>Programs of graphs that clients send.</summary>
/// <param name="graph">Where the nodes are made.</param>
/// <param name="sources">Finds devices.</param>
internal sealed class LlbExec(GraphBuilder graph, IGraphSources sources)
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Adds one.</summary>
    /// <param name="exec">The program.</param>
    /// <param name="platform">The platform that it is for.</param>
    /// <param name="inputs">What its mounts begin with.</param>
    /// <param name="label">What people read.</param>
    /// <returns>Its outputs.</returns>
    /// <exception cref="UsageException">It asks for what steps do not have.</exception>
    /// <exception cref="BuildException">It cannot do without a device that is not there.</exception>
    public IEnumerable<(long Output, Node Node)> Add(ExecOp exec, Oci.Model.Platform platform, Node[] inputs, NodeLabel label)
    {
        Meta meta = exec.Meta;
        Mount root = exec.Mounts.First(static m => m.Dest == "/"); // it was checked
        List<Node> taken = [FilesAt(inputs, root.Input)];
        ImmutableArray<StepMount>.Builder mounts = ImmutableArray.CreateBuilder<StepMount>();
        Mount[] besides = [.. exec.Mounts.Where(m => m != root)];
        foreach (Mount mount in besides)
            mounts.Add(MountOf(mount, taken, inputs));
        Operation.Run run = new()
        {
            Arguments = [.. meta.Args],
            Environment = meta.Env.Any(static e => e.StartsWith("PATH=", StringComparison.Ordinal)) ? [.. meta.Env] : [DefaultPath, .. meta.Env],
            ProxyEnvironment = [.. ProxiesOf(meta.ProxyEnv)],
            SecretEnvironment = [.. exec.Secretenv.Select(static s => new SecretVariable(s.Name, s.ID, !s.Optional))],
            WorkingDirectory = meta.Cwd,
            User = meta.User,
            Platform = platform,
            Network = exec.Network switch
            {
                NetMode.Host => StepNetwork.Host,
                NetMode.None => StepNetwork.None,
                _ => StepNetwork.Default,
            },
            Security = exec.Security == SecurityMode.Insecure ? StepSecurity.Insecure : StepSecurity.Sandbox,
            Devices = [.. exec.CdiDevices.SelectMany(d => sources.Devices(d.Name, !d.Optional)).Distinct(StringComparer.Ordinal)],
            HostName = meta.Hostname.Length == 0 ? null : meta.Hostname,
            ExtraHosts = [.. meta.ExtraHosts.Select(static h => new ExtraHost(h.Host, h.IP))],
            Limits = [.. meta.Ulimit.Select(static l => StepValues.LimitOf(string.Create(CultureInfo.InvariantCulture, $"{l.Name}={l.Soft}:{l.Hard}")))],
            ExitCodes = meta.ValidExitCodes.All(static c => c == 0) ? [] : [.. meta.ValidExitCodes.Distinct().Order()],
            Mounts = mounts.ToImmutable(),
        };
        Node ran = graph.Add(run, [.. taken], label);
        List<(long Output, Node)> outputs = [(root.Output, ran)];
        int results = 0;
        for (int i = 0; i < run.Mounts.Length; i++)
        {
            Mount mount = besides[i];
            if (run.Mounts[i] is StepMount.Bind { IsResult: true } bind)
                outputs.Add((mount.Output, graph.Add(new Operation.Output(results++), [taken[bind.Input], ran], label)));
            else if (mount is { MountType: MountType.Bind, Readonly: true })
                outputs.Add((mount.Output, FilesAt(inputs, mount.Input))); // it comes out as it went in
        }
        return outputs.Where(static o => o.Output >= 0);
    }

    private static bool IsResult(Mount mount) => mount is { MountType: MountType.Bind, Readonly: false, Output: >= 0 };

    private Node FilesAt(Node[] inputs, long input) => LlbPlanner.Files(LlbPlanner.AtOrScratch(inputs, input, graph), graph);

    private StepMount MountOf(Mount mount, List<Node> taken, Node[] inputs)
    {
        switch (mount.MountType)
        {
            case MountType.Bind when IsResult(mount):
                taken.Add(FilesAt(inputs, mount.Input));
                return new StepMount.Bind(mount.Dest, taken.Count - 1, Clean(mount.Selector), IsReadOnly: false) { IsResult = true };
            case MountType.Bind when mount.Input == -1:
                return new StepMount.Tmpfs(mount.Dest, null) { IsReadOnly = mount.Readonly };
            case MountType.Bind:
                return new StepMount.Bind(mount.Dest, Take(mount.Input), Clean(mount.Selector), mount.Readonly);
            case MountType.Cache:
                return new StepMount.Cache(mount.Dest, mount.CacheOpt?.ID is { Length: > 0 } id ? id : mount.Dest, SharingOf(mount.CacheOpt))
                {
                    IsReadOnly = mount.Readonly,
                    Input = mount.Input == -1 ? null : Take(mount.Input),
                    Source = Clean(mount.Selector),
                };
            case MountType.Tmpfs:
                return new StepMount.Tmpfs(mount.Dest, mount.TmpfsOpt is { Size: > 0 } opt ? opt.Size : null) { IsReadOnly = mount.Readonly };
            case MountType.Secret:
                SecretOpt secret = mount.SecretOpt ?? new SecretOpt();
                return new StepMount.Secret(mount.Dest, secret.ID, !secret.Optional) { Mode = (int)secret.Mode, Uid = secret.Uid, Gid = secret.Gid };
            case MountType.Ssh:
                SSHOpt ssh = mount.SSHOpt ?? new SSHOpt();
                return new StepMount.Ssh(mount.Dest, ssh.ID is { Length: > 0 } agent ? agent : "default", !ssh.Optional) { Mode = (int)ssh.Mode, Uid = ssh.Uid, Gid = ssh.Gid };
            default:
                throw new UsageException($"exec: mounts of the kind {mount.MountType} are not known");
        }

        int Take(long input)
        {
            taken.Add(LlbPlanner.At(inputs, input));
            return taken.Count - 1;
        }
    }

    private static string Clean(string selector) => selector.Trim('/') is { Length: > 0 } path ? path : "";

    private static CacheSharing SharingOf(CacheOpt? option) => option?.Sharing switch
    {
        CacheSharingOpt.Private => CacheSharing.Private,
        CacheSharingOpt.Locked => CacheSharing.Locked,
        _ => CacheSharing.Shared,
    };

    // Programs look for either spelling.
    private static IEnumerable<string> ProxiesOf(ProxyEnv? proxies)
    {
        if (proxies is null)
            yield break;
        foreach ((string name, string value) in ((string, string)[])[("HTTP_PROXY", proxies.HttpProxy), ("HTTPS_PROXY", proxies.HttpsProxy), ("FTP_PROXY", proxies.FtpProxy), ("NO_PROXY", proxies.NoProxy), ("ALL_PROXY", proxies.AllProxy)])
        {
            if (value.Length == 0)
                continue;
            yield return $"{name}={value}";
            yield return $"{name.ToLowerInvariant()}={value}";
        }
    }
}
