using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;

namespace Caisson.Engine;

/// <summary>Finds what is known of the base images of a Dockerfile that is checked.</summary>
/// <param name="images">The images of this machine.</param>
/// <param name="local">Their repositories.</param>
/// <param name="registry">The way to registries; null when they are not to be asked.</param>
internal sealed class BaseSearch(ImageLookup images, IReadOnlySet<string> local, RegistryClient? registry)
{
    private readonly Dictionary<int, string> _reasons = [];
    private readonly List<Diagnostic> _missing = [];

    /// <summary>What is known of the image of a stage, by the number of the stage.</summary>
    public ImmutableDictionary<int, BaseImage> Found { get; private set; } = ImmutableDictionary<int, BaseImage>.Empty;

    /// <summary>The images that their registries do not have, of stages that the target needs.</summary>
    public IReadOnlyList<Diagnostic> Missing => _missing;

    /// <summary>Why nothing is known of the image of a stage, as the end of a sentence.</summary>
    public string ReasonOf(BoundStage stage) => _reasons.GetValueOrDefault(stage.Index, "its name is no image's");

    /// <summary>Finds those of all stages.</summary>
    /// <param name="bound">The Dockerfile.</param>
    /// <param name="named">What the named contexts stand for.</param>
    /// <param name="target">The platform of stages that do not say one.</param>
    /// <param name="ct">Gives up.</param>
    public async Task FindAsync(BoundDockerfile bound, IReadOnlyDictionary<string, NamedContext> named, Platform target, CancellationToken ct)
    {
        foreach (BoundStage stage in bound.Stages)
        {
            Platform platform = Platform.TryParse(stage.Platform, out Platform? own) ? own : target;
            if (await FindAsync(stage, named, platform, ct).ConfigureAwait(false) is { } found)
                Found = Found.Add(stage.Index, found);
        }
        ImmutableArray<BoundStage> needed = bound.Needed;
        _missing.RemoveAll(m => !needed.Any(s => s.From.Image.Span == m.Where));
    }

    private async Task<BaseImage?> FindAsync(BoundStage stage, IReadOnlyDictionary<string, NamedContext> named, Platform platform, CancellationToken ct)
    {
        string? name = (stage.Base as ContentSource.Image)?.Reference;
        if (stage.Base is ContentSource.NamedContext context)
        {
            switch (named[context.Name])
            {
                case NamedContext.FromLayout layout:
                    return KnownBases.Of((await layout.OpenAsync(platform, ct).ConfigureAwait(false)).Image);
                case NamedContext.FromStore stored:
                    name = stored.Reference.ToString();
                    break;
                default:
                    return BaseImage.Empty;
            }
        }
        return name is null || !Reference.TryParse(name, out Reference? reference, out _)
            ? null
            : await FindAsync(stage, reference, platform, ct).ConfigureAwait(false) is { } image ? KnownBases.Of(image) : null;
    }

    private async Task<Image?> FindAsync(BoundStage stage, Reference reference, Platform platform, CancellationToken ct)
    {
        try
        {
            if (registry is not null)
                return await registry.PullAsync(reference.WithDefaultTag(), platform, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && Failures.Explain(e) is { } explained)
        {
            _reasons[stage.Index] = explained.Message;
            // What a registry does not say, or not to us, is no mistake of the Dockerfile.
            if (e is RegistryException { Kind: RegistryErrorKind.NotFound })
                _missing.Add(explained.Diagnostics[0] with { Where = stage.From.Image.Span, Hint = ImageResolver.Suggest(reference, RegistryErrorKind.NotFound, local) });
        }
        _reasons.TryAdd(stage.Index, "it is not on this machine");
        try
        {
            return (await images.FindAsync(reference, platform, ct).ConfigureAwait(false)).Image;
        }
        catch (Exception e) when (e is not OperationCanceledException && Failures.Explain(e) is { } explained)
        {
            _reasons[stage.Index] = explained.Message;
            return null;
        }
    }
}
