using System.Collections.Immutable;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources.Contexts;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources;

/// <summary>Which implementation of the language a build asks for: <c># syntax=…</c>, or the build argument BUILDKIT_SYNTAX, which goes first.</summary>
internal static class Frontend
{
    private const string Argument = "BUILDKIT_SYNTAX";

    // Every version of these is the language that is built in. Nothing is downloaded.
    private static readonly string[] BuiltIn = ["docker/dockerfile", "docker/dockerfile-upstream"];

    /// <summary>Why a build is refused; null when it asks for the language that is built in.</summary>
    /// <param name="dockerfile">The Dockerfile.</param>
    /// <param name="request">The build: its build arguments, and its named contexts, one of which may take the place of the image that is asked for.</param>
    public static Diagnostic? Refuse(SourceText dockerfile, BuildRequest request)
    {
        string? given = request.Arguments.GetValueOrDefault(Argument)?.Trim() is { Length: > 0 } value ? value.Split(' ', 2)[0] : null;
        if ((given ?? SyntaxDetector.Detect(dockerfile)) is not { Length: > 0 } asked || IsBuiltIn(ReplacementOf(asked, request.NamedContexts) ?? asked))
            return null;
        string what = given is null ? "the Dockerfile asks" : $"the build argument {Argument} asks";
        string instead = ReplacementOf(asked, request.NamedContexts) is { } replacement ? $", replaced by the named context {RemoteText.Shown(replacement)}" : "";
        return new Diagnostic(
            EngineCodes.OtherFrontend,
            Severity.Error,
            $"{what} for another implementation of its language, \"{asked}\"{instead}; Caisson has its own and runs no other",
            given is null ? SyntaxDetector.Locate(dockerfile) : null,
            $"remove it when the file is a plain Dockerfile; {BuiltIn[0]}, of whatever version, is built in");
    }

    private static string? ReplacementOf(string asked, ImmutableDictionary<string, string> contexts)
    {
        if (!Reference.TryParse(asked, out Reference? image, out _))
            return null;
        string? value = contexts.FirstOrDefault(c => Reference.TryParse(c.Key, out Reference? name, out _) && name.WithDefaultTag() == image.WithDefaultTag()).Value;
        return value is not null && value.StartsWith(NamedContexts.ImagePrefix, StringComparison.Ordinal) ? value[NamedContexts.ImagePrefix.Length..] : value;
    }

    private static bool IsBuiltIn(string asked) => Reference.TryParse(asked, out Reference? reference, out _) && BuiltIn.Contains(reference.WithoutDigest().WithoutTag().Familiar);
}
