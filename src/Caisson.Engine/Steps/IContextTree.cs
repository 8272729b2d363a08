using Caisson.Dockerfile.Ignore;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>A build context as a step sees it: a tree without what its ignore file leaves out.</summary>
internal interface IContextTree : IFileTree
{
    /// <summary>The pattern that leaves a path out, if the path is there but for it; null otherwise.</summary>
    IgnorePattern? FindIgnoringPattern(string path);

    /// <summary>Whether a path is that of Caisson's own store, or below it.</summary>
    bool IsStore(string path);
}
