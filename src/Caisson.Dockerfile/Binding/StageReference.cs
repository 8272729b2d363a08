using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Binding;

/// <summary>A place where one stage names another.</summary>
/// <param name="From">Number of the stage that needs.</param>
/// <param name="To">Number of the stage that is needed.</param>
/// <param name="Where">The name.</param>
internal readonly record struct StageReference(int From, int To, SourceSpan Where);
