using Caisson.Dockerfile.Binding;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>The platform of a stage as steps show it: <c>linux/arm64</c>, or <c>linux/amd64->arm64</c> for a step that is told of another that it builds for.</summary>
/// <remarks>As BuildKit shows it. A step that is not told of the other is the same for every platform that is built for, and is done once.</remarks>
/// <param name="Own">The platform of the stage.</param>
/// <param name="Target">The platform that is built for.</param>
internal sealed record PlatformName(Platform Own, Platform Target)
{
    private static readonly string[] Telling = ["TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT"];

    /// <summary>The name for a step that sees some variables, or none.</summary>
    public string ToString(StageScope? scope)
    {
        if (Own == Target || scope is null || !Array.Exists(Telling, scope.IsDeclared))
            return ToString();
        string target = Target.ToString();
        return $"{Own}->{(Own.Os == Target.Os ? target[(Target.Os.Length + 1)..] : target)}";
    }

    /// <inheritdoc/>
    public override string ToString() => Own.ToString();
}
