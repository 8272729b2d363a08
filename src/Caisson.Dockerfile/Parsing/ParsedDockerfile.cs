using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>The result of parsing: a tree, whatever the text, and what is wrong with the text.</summary>
/// <param name="Document">The tree; what could not be read is a <see cref="MalformedInstruction"/> in it.</param>
/// <param name="Diagnostics">Errors and warnings by place.</param>
public sealed record ParsedDockerfile(DockerfileDocument Document, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>True when the text cannot be built.</summary>
    public bool HasErrors => Diagnostics.Any(static d => d.IsError);
}
