using System.Collections.Immutable;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources;

/// <summary>Which implementation of the language a build asks for: <c># syntax=…</c>, or the build argument BUILDKIT_SYNTAX, which goes first.</summary>
internal static class Frontend
{
    private const string Argument = "BUILDKIT_SYNTAX";

    // Every version of these is the language that is built in. Nothing is downloaded.
    private static readonly string[] BuiltIn = ["docker/dockerfile", "docker/dockerfile-upstream"];

    /// <summary>Why a build is refused; null when it asks for the language that is built in.</summary>
    public static Diagnostic? Refuse(SourceText dockerfile, ImmutableDictionary<string, string> arguments)
    {
        string? given = arguments.GetValueOrDefault(Argument)?.Trim() is { Length: > 0 } value ? value.Split(' ', 2)[0] : null;
        if ((given ?? SyntaxDetector.Detect(dockerfile)) is not { Length: > 0 } asked || IsBuiltIn(asked))
            return null;
        string what = given is null ? "the Dockerfile asks" : $"the build argument {Argument} asks";
        return new Diagnostic(
            EngineCodes.OtherFrontend,
            Severity.Error,
            $"{what} for another implementation of its language, \"{asked}\"; Caisson has its own and runs no other",
            given is null ? SyntaxDetector.Locate(dockerfile) : null,
            $"remove it when the file is a plain Dockerfile; {BuiltIn[0]}, of whatever version, is built in");
    }

    private static bool IsBuiltIn(string asked) => Reference.TryParse(asked, out Reference? reference, out _) && BuiltIn.Contains(reference.WithoutDigest().WithoutTag().Familiar);
}
