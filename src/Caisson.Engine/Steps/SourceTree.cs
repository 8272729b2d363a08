using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>An input of a step as something to take files from.</summary>
/// <param name="Tree">Its files.</param>
/// <param name="IsContext">Whether it is a build context: the times of its files are no part of what they are, unless the build keeps them.</param>
internal sealed record SourceTree(IFileTree Tree, bool IsContext);
