using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary>The value of <c>--platform</c>.</summary>
internal static class PlatformOption
{
    /// <summary>Reads it.</summary>
    /// <exception cref="UsageException">It is no platform.</exception>
    public static Platform Parse(string text)
    {
        if (text.Contains(',', StringComparison.Ordinal))
            throw new UsageException($"--platform={text}: building for several platforms at once is not supported yet");
        return Platform.TryParse(text, out Platform? platform) ? platform : throw new UsageException($"--platform={text}: write a platform such as linux/amd64 or linux/arm/v7");
    }
}
