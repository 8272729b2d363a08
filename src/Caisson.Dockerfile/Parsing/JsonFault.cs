using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Why a text is no JSON array of strings.</summary>
internal sealed record JsonFault(SourceSpan Where, string Reason);
