using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>InvalidBaseImagePlatform.</summary>
internal static class InvalidBaseImagePlatform
{
    public static CheckRule Rule { get; } = new(nameof(InvalidBaseImagePlatform), "A base image is made for the platform that is built for", Find);

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        string machine = file.Bound.Options.Platforms.Build;
        foreach (CheckedStage stage in file.Stages)
        {
            string wanted = stage.Stage.Platform ?? file.Bound.Options.Platforms.Target;
            if (stage.Image?.Platform is not { } actual || PlatformName.TryParse(actual, machine) == PlatformName.TryParse(wanted, machine))
                continue;
            string message = $"the base image {Quoted.Of(stage.Stage.BaseName)} is for {Quoted.Plain(actual)}, and the stage for {Quoted.Plain(wanted)}";
            yield return new Finding(stage.Stage.From, stage.Stage.From.Image.Span, message, "take an image for the platform, or build for that of the image with --platform");
        }
    }
}
