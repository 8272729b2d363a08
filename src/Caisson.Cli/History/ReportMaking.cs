using System.Collections.Immutable;
using System.Text;
using Caisson.Cli.Hosting;
using Caisson.Engine;
using Caisson.Engine.History;
using Caisson.Evidence.Report;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Cli.History;

/// <summary>Gathers what a report shows.</summary>
/// <param name="statePath">The store.</param>
internal sealed class ReportMaking(string statePath)
{
    private readonly BuildHistory _history = BuildHistory.Open(statePath);

    /// <summary>The report of a build that is done.</summary>
    /// <param name="result">What came of it.</param>
    /// <param name="arguments">The build arguments as they were given.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<byte[]> MakeAsync(BuildResult result, IReadOnlyDictionary<string, string> arguments, CancellationToken ct)
    {
        ImmutableArray<Image> images = result.Index?.Images ?? (result.Image is { } image ? [image] : []);
        LayerPackagesReader reader = new(PlaceAccess.Decoders, IsHere);
        ImmutableArray<LayerPackages>.Builder packages = ImmutableArray.CreateBuilder<LayerPackages>();
        foreach (Image one in images)
            packages.AddRange(await reader.ReadAsync(one, ct));
        BuildRecord? build = result.BuildId is { } id ? _history.Find(id) : null;
        return Write(await WithLogsAsync(new BuildReport { Version = VersionText.Short, Secrets = new SecretArguments(arguments), Build = build, Inputs = result.Inputs, Images = images, Digest = result.Descriptor?.Digest.Value, Packages = packages.ToImmutable() }, ct));
    }

    /// <summary>The report of a build that is only remembered.</summary>
    public async Task<byte[]> MakeAsync(BuildRecord build, CancellationToken ct) =>
        Write(await WithLogsAsync(new BuildReport { Version = VersionText.Short, Secrets = new SecretArguments(build.Arguments), Build = build, Digest = build.ImageDigest }, ct));

    /// <summary>The report of a build that is only remembered.</summary>
    public Task<byte[]> MakeAsync(string build, CancellationToken ct) => MakeAsync(_history.Find(build), ct);

    private static byte[] Write(BuildReport report) => Encoding.UTF8.GetBytes(ReportPage.Write(report));

    private bool IsHere(Descriptor blob) => File.Exists(Path.Combine(statePath, "images", "blobs", blob.Digest.Algorithm, blob.Digest.Hex));

    // Of steps that failed, what they wrote last.
    private async Task<BuildReport> WithLogsAsync(BuildReport report, CancellationToken ct)
    {
        ImmutableDictionary<int, string>.Builder logs = ImmutableDictionary.CreateBuilder<int, string>();
        foreach (StepHistory step in report.Build?.Steps.Where(static s => s is { HasLog: true, Outcome: StepOutcome.Failed }) ?? [])
        {
            if (_history.OpenLog(report.Build!, step) is not { } log) // its steps are looked at
                continue;
            await using (log)
                logs[step.Number] = await LogTail.ReadAsync(log, ct);
        }
        return report with { Logs = logs.ToImmutable() };
    }
}
