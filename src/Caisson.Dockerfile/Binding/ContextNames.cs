using System.Collections.Immutable;

namespace Caisson.Dockerfile.Binding;

/// <summary>Looks up named contexts by the names of stages and images.</summary>
internal sealed class ContextNames(ImmutableArray<string> names)
{
    private readonly Dictionary<string, string> _byName = names
        .DistinctBy(Familiar, StringComparer.Ordinal)
        .ToDictionary(Familiar, StringComparer.Ordinal);

    /// <summary>The context that takes the place of a stage or an image, or null; one for the platform goes before one for all.</summary>
    public string? Find(string name, string platform)
    {
        string familiar = Familiar(name);
        if (familiar is "scratch" or "context")
            return null;
        return _byName.GetValueOrDefault($"{familiar}::{platform}") ?? _byName.GetValueOrDefault(familiar);
    }

    /// <summary>The short name: <c>docker.io/library/alpine:latest</c> is <c>alpine</c>.</summary>
    private static string Familiar(string name)
    {
        string shortName = name;
        foreach (string prefix in (string[])["index.docker.io/", "docker.io/", "library/"])
            shortName = shortName.StartsWith(prefix, StringComparison.Ordinal) ? shortName[prefix.Length..] : shortName;
        int platform = shortName.IndexOf("::", StringComparison.Ordinal);
        string suffix = platform < 0 ? "" : shortName[platform..];
        shortName = platform < 0 ? shortName : shortName[..platform];
        return (shortName.EndsWith(":latest", StringComparison.Ordinal) ? shortName[..^":latest".Length] : shortName) + suffix;
    }
}
