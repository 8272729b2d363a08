using System.Collections.Immutable;
using Caisson.Engine;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary>The value of <c>--platform</c>.</summary>
internal static class PlatformOption
{
    /// <summary>Reads one platform.</summary>
    /// <exception cref="UsageException">It is no platform.</exception>
    public static Platform Parse(string text)
    {
        if (text.Contains(',', StringComparison.Ordinal))
            throw new UsageException($"--platform={text}: this is for one platform at a time");
        return ParseOne(text, text);
    }

    /// <summary>Reads the platforms of a build: the option may be repeated, and a value may be a list.</summary>
    /// <exception cref="UsageException">One is no platform.</exception>
    public static ImmutableArray<Platform> ReadAll(IEnumerable<string> values)
    {
        ImmutableArray<Platform>.Builder platforms = ImmutableArray.CreateBuilder<Platform>();
        foreach (string value in values)
        {
            foreach (string text in value.Split(','))
            {
                if (text.Length == 0 && value.EndsWith(','))
                    throw new UsageException($"--platform={value}: a platform is missing behind the comma; the list is written without white space: linux/amd64,linux/arm64");
                platforms.Add(ParseOne(text, value));
            }
        }
        return platforms.ToImmutable();
    }

    private static Platform ParseOne(string text, string value) => text == "local" ? BuildEngine.MachinePlatform
        : Platform.TryParse(text, out Platform? platform) ? platform
        : throw new UsageException($"--platform={value}: \"{text}\" is no platform such as linux/amd64 or linux/arm/v7");
}
