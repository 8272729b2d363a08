using System.Collections.Immutable;
using Caisson.Engine.Sources;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>The platforms that a build is for.</summary>
internal static class TargetPlatforms
{
    private const string IndexArgument = "BUILDKIT_MULTI_PLATFORM";

    /// <summary>Each once, in the order given; that of this machine when none is.</summary>
    public static ImmutableArray<Platform> Of(BuildRequest request)
    {
        if (request.Platforms.IsEmpty)
            return [MachinePlatform.Current];
        ImmutableArray<Platform>.Builder platforms = ImmutableArray.CreateBuilder<Platform>(request.Platforms.Length);
        foreach (Platform platform in request.Platforms)
        {
            if (!platforms.Contains(platform))
                platforms.Add(platform);
        }
        return platforms.DrainToImmutable();
    }

    /// <summary>Whether the result is told apart by platform, even if it is for one only: an index over images, a directory for each.</summary>
    public static bool AreTold(BuildRequest request) =>
        Of(request).Length > 1 || request.TellsPlatforms || request.Asks(IndexArgument);
}
