using Caisson.Dockerfile.Source;

namespace Caisson.Engine.Planning;

/// <summary>Parts of the language that this version reads but does not carry out yet.</summary>
internal static class Unsupported
{
    /// <summary>The refusal, at its place.</summary>
    public static BuildException At(SourceSpan where, string what, string? hint = null) =>
        new([new Diagnostic(EngineCodes.NotSupported, Severity.Error, $"{what} is not supported yet", where, hint)]);
}
