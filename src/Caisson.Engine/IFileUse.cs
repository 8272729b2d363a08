using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine;

/// <summary>Is told by the steps of a build which files they use. Steps may tell at the same time.</summary>
internal interface IFileUse
{
    /// <summary>A program ran.</summary>
    /// <param name="before">The root as it was.</param>
    /// <param name="after">The root as the program left it.</param>
    /// <param name="opens">The files that it opened there.</param>
    void Ran(IFileTree before, IFileTree after, FileOpens opens);

    /// <summary>Files were copied, or shown to a program that may have read any of them.</summary>
    /// <param name="from">Where they are.</param>
    /// <param name="path">The file or directory there.</param>
    void Took(IFileTree from, string path);

    /// <summary>Files of the build context are in the result as they are, or were shown to a program that may have read any of them.</summary>
    /// <param name="files">Their paths in the context.</param>
    void Shipped(IEnumerable<string> files);
}
