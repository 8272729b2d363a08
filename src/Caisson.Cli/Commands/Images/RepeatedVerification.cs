using System.Collections.Immutable;
using Caisson.Cli.Commands.Bundles;
using Caisson.Cli.Progress;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Caisson.Engine.Bundling;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Commands.Images;

/// <summary>Verifies that an image is what a bundle comes to, or that a bundle comes to what it says, by repeating the build.</summary>
internal sealed class RepeatedVerification
{
    private readonly ImagePlace _place;
    private readonly ImagePlace? _bundle;

    private RepeatedVerification(ImagePlace place, ImagePlace? bundle)
    {
        _place = place;
        _bundle = bundle;
    }

    /// <summary>Reads what is to be verified: a path is a bundle, anything else an image of a place without a network.</summary>
    /// <param name="what">The image or bundle.</param>
    /// <param name="bundle">The bundle that an image is said to come from; null for the one beside it.</param>
    /// <exception cref="UsageException">A place needs the network.</exception>
    public static RepeatedVerification Of(string what, string? bundle)
    {
        ImagePlace place = Path.Exists(what) ? BundlePlaces.Read(what) : PlaceArguments.ReadPlace(what);
        ImagePlace? from = bundle is null ? null : BundlePlaces.Read(bundle);
        if (new[] { place, from }.OfType<ImagePlace.Registry>().FirstOrDefault() is { } remote)
            throw new UsageException($"{remote} is in a registry, and the network is cut before anything is read; fetch it first: caisson image cp --referrers {remote} oci:DIR:NAME. To verify a signature, name the --key");
        return new RepeatedVerification(place is ImagePlace.Named named ? new ImagePlace.Store(named.Reference) : place, from);
    }

    /// <summary>Does it.</summary>
    /// <returns>What was shown.</returns>
    /// <exception cref="BuildException">It is not so, or cannot be shown.</exception>
    public async Task<string> RunAsync(BuildEngine engine, PlaceAccess places, ImmutableDictionary<string, SecretSource> secrets, IProgressView view, CancellationToken ct)
    {
        ImageGraph graph = await places.OpenAsync(_place, new GraphReading { WithReferrers = true }, ct);
        bool isBundle = Bundle.Is(graph);
        Bundle bundle = isBundle ? await Bundle.OpenAsync(graph, ct)
            : _bundle is not null ? await places.OpenBundleAsync(_bundle, ct)
            : await BesideAsync(graph, ct);
        if (!isBundle && graph.Root.Digest.Value != bundle.Record.Result.Digest)
            throw new BuildException(EngineCodes.OtherResult, $"{_place} is {graph.Root.Digest}, and {bundle.Place} is of another image, {bundle.Record.Result.Digest}", "name the bundle that was made with the image: --bundle");
        ImmutableArray<Diagnostic> problems = await places.VerifyAsync(bundle, isBundle ? _place : _bundle, ct);
        if (!problems.IsEmpty)
            throw new BuildException(problems);
        Build build = engine.Start(await places.RepeatAsync(bundle, ct) with { Secrets = secrets }, ct);
        await using (build)
            await BuildWatcher.WatchAsync(build, view);
        return isBundle ? $"{bundle.Place} comes to what it says: {bundle.Record.Result.Digest}" : $"{_place} is what {bundle.Place} comes to: {bundle.Record.Result.Digest}";
    }

    private static async Task<Bundle> BesideAsync(ImageGraph graph, CancellationToken ct)
    {
        foreach (Descriptor referrer in graph.Referrers)
        {
            if (graph.Find(referrer.Digest) is { IsIndex: false } document && document.ReadManifest().ArtifactType == BundleTypes.Artifact)
                return await Bundle.OpenAsync(graph.WithRoot(document), ct);
        }
        throw new BuildException(EngineCodes.BadBundle, $"no bundle is kept beside {graph.Place}", "name one: --bundle FILE; to verify a signature, name the --key");
    }
}
