using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Linting;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>What checks need to know of base images.</summary>
internal static class KnownBases
{
    /// <summary>What an image says.</summary>
    public static BaseImage Of(Image image)
    {
        ContainerConfig config = image.Config.Config;
        return new BaseImage
        {
            Environment = VariableSet.FromEnvironment(config.Env ?? []),
            Platform = new Platform { Os = image.Config.Os, Architecture = image.Config.Architecture, Variant = image.Config.Variant }.ToString(),
            HasShell = config.Shell is { IsDefaultOrEmpty: false },
            Triggers = config.OnBuild ?? [],
        };
    }

    /// <summary>What the images say that stages are based on, by the number of the stage.</summary>
    /// <param name="stages">The stages.</param>
    /// <param name="find">The image of a stage; null when it is based on files.</param>
    public static ImmutableDictionary<int, BaseImage> Of(IEnumerable<BoundStage> stages, Func<BoundStage, Image?> find) => stages
        .Where(static s => s.Base is ContentSource.Image or ContentSource.NamedContext)
        .ToImmutableDictionary(static s => s.Index, s => find(s) is { } image ? Of(image) : BaseImage.Empty);
}
