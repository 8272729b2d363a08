using System.Diagnostics;
using Caisson.Conformance.Catalog;
using Caisson.Conformance.Images;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance.Builders;

/// <summary>The shipped binary.</summary>
/// <param name="root">The directory of its store.</param>
/// <param name="certificates">A file with the certificates that it trusts.</param>
internal sealed class CaissonBuilder(string root, string certificates) : IBuilder
{
    // The image's time: no file of a case has it, so where it shows, it is the image's.
    private const string ImageTime = "1577934245";

    public async Task<BuildOutcome> BuildAsync(CaseFolder folder, string output, CancellationToken ct)
    {
        ProcessStartInfo start = folder.Start(Repository.Binary, ["build", "--progress=plain", "--no-cache", "--timestamps=keep", "--output=type=oci,tar=false,dest=" + output]);
        Surround(start);
        start.Environment.TryAdd("SOURCE_DATE_EPOCH", ImageTime);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        (int exitCode, string log) = await Tool.RunAsync(start, ct, folder.Input);
        return exitCode == 0 ? new BuildOutcome.Built(now, log, ImageLayout.Read(output)) : new BuildOutcome.Refused(now, log);
    }

    /// <summary>Takes an image in.</summary>
    /// <param name="archive">A Docker archive.</param>
    public Task LoadAsync(string archive, CancellationToken ct)
    {
        ProcessStartInfo start = new(Repository.Binary, ["load", "--input", archive]);
        Surround(start);
        return Tool.SucceedAsync(start, ct);
    }

    /// <summary>Gives a program the store, and what it trusts.</summary>
    public void Surround(ProcessStartInfo start)
    {
        start.Environment["CAISSON_ROOT"] = root;
        start.Environment["SSL_CERT_FILE"] = certificates;
        start.Environment["DOCKER_CONFIG"] = Path.Combine(root, "no-docker-config");
    }
}
