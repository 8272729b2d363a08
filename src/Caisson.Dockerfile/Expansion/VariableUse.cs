using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Expansion;

/// <summary>A place where a variable is used.</summary>
/// <param name="Name">The variable.</param>
/// <param name="IsDefined">Whether it was set when the place was expanded.</param>
/// <param name="Operator">The operator after the name, such as <c>:-</c> or <c>//</c>; empty for <c>$name</c> and <c>${name}</c>.</param>
/// <param name="Where">The whole use, from the <c>$</c> on.</param>
public sealed record VariableUse(string Name, bool IsDefined, string Operator, SourceSpan Where);
