using System.Collections.Immutable;
using System.Globalization;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Engine.Bundling;

/// <summary>Makes a request of what a bundle says of a build.</summary>
/// <param name="bundle">The bundle.</param>
/// <param name="directory">Where the texts go that a build reads from files.</param>
internal sealed class BundleRequest(Bundle bundle, string directory)
{
    /// <summary>Makes it.</summary>
    /// <exception cref="BuildException">The bundle is damaged.</exception>
    public async Task<BuildRequest> MakeAsync(CancellationToken ct)
    {
        BundleRecord record = bundle.Record;
        if (record.Machine != Sources.MachinePlatform.Current.ToString())
            throw new BuildException(EngineCodes.BadBundle, $"{bundle.Place} was made on {record.Machine}, and this machine is {Sources.MachinePlatform.Current}", "repeat it on a machine of that kind: programs of steps are for its processor");
        string locked = Path.Combine(directory, "lock");
        await File.WriteAllBytesAsync(locked, await bundle.ReadPartAsync(record.Lock, "the lock file", ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        ImmutableArray<string>.Builder policies = ImmutableArray.CreateBuilder<string>();
        foreach (BundleText policy in record.Policies)
        {
            policies.Add(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"policy-{policies.Count}")));
            await File.WriteAllTextAsync(policies[^1], await bundle.ReadTextAsync(policy, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        }
        return new BuildRequest
        {
            Context = record.Location is { } location ? BuildContext.FromLocation(location) : BuildContext.FromDirectory(bundle.Place),
            DockerfilePath = record.Dockerfile.Name,
            Target = record.Target,
            Arguments = ImmutableDictionary.CreateRange(StringComparer.Ordinal, record.Arguments),
            Labels = ImmutableDictionary.CreateRange(StringComparer.Ordinal, record.Labels),
            NamedContexts = ImmutableDictionary.CreateRange(StringComparer.Ordinal, record.NamedContexts),
            Platforms = record.HasIndex || record.Platforms.Length > 1 || record.Platforms[0] != record.Machine ? [.. record.Platforms.Select(PlatformOf)] : [],
            KeepsTimestamps = record.KeepsTimes,
            Network = record.IsWithoutNetwork ? SandboxNetwork.None : SandboxNetwork.Host,
            ExtraHosts = [.. record.Hosts.Select(static h => Words(h, 2)).Select(static w => new ExtraHost(w[0], w[1]))],
            SharedMemoryBytes = record.SharedMemoryBytes,
            Limits = [.. record.Limits.Select(static l => Words(l, 3)).Select(static w => new ResourceLimit(w[0], Number(w[1]), Number(w[2])))],
            Policies = policies.DrainToImmutable(),
            Locking = Locking.Locked,
            LockPath = locked,
            UsesCache = false,
            Replay = new ReplayedBuild(bundle),
        };
    }

    private static Platform PlatformOf(string text) => Platform.TryParse(text, out Platform? platform) ? platform : throw Wrong(text);

    private static string[] Words(string text, int count) => text.Split(' ') is { } words && words.Length == count ? words : throw Wrong(text);

    private static ulong Number(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : throw Wrong(text);

    private static BuildException Wrong(string text) => new(EngineCodes.BadBundle, $"the record of the bundle says \"{text}\", which is not understood", "get the bundle again from where it was made");
}
