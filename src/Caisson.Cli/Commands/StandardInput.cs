using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary>What a build reads on standard input.</summary>
internal static class StandardInput
{
    /// <summary>It, when a build context or a Dockerfile is <c>-</c>; else null, as from a terminal, which nobody means.</summary>
    public static Stream? For(string context, string? dockerfile) =>
        (context == BuildContext.StandardInput || dockerfile == BuildContext.StandardInput) && Console.IsInputRedirected ? Console.OpenStandardInput() : null;
}
