using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>FromPlatformFlagConstDisallowed.</summary>
internal static class FromPlatformFlagConstDisallowed
{
    public static CheckRule Rule { get; } = new(nameof(FromPlatformFlagConstDisallowed), "FROM names no fixed platform, but by a stage whose name says so", Find)
    {
        Url = CheckRule.UrlOf("from-platform-flag-const-disallowed"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (BoundStage stage in file.Bound.Stages)
        {
            if (stage is not { From.Platform: { } word, PlatformUses.IsEmpty: true, Platform: { } text })
                continue;
            if (PlatformName.TryParse(text, file.Bound.Options.Platforms.Build) is not { } platform || IsSaid(stage.Name ?? "", platform))
                continue;
            string hint = $"write --platform=$BUILDPLATFORM or nothing; if {Quoted.Plain(platform.Architecture)} is meant whatever is built for, "
                + $"say so in the stage's name: AS {stage.Name ?? "build"}-{platform.Architecture}";
            yield return new Finding(stage.From, word.Span, $"the platform {Quoted.Of(text)} does not follow the platform that is built for", hint);
        }
    }

    private static bool IsSaid(string name, PlatformName platform) =>
        name.Contains(platform.Os, StringComparison.Ordinal) || name.Contains(platform.Architecture, StringComparison.Ordinal);
}
