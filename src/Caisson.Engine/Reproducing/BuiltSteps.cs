using System.Collections.Concurrent;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Oci.Model;

namespace Caisson.Engine.Reproducing;

/// <summary>What the steps of one build came to.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class BuiltSteps
{
    private readonly ConcurrentDictionary<Digest, FilesystemState> _states = new();

    /// <summary>Takes the result of a step.</summary>
    public void Add(Node step, FilesystemState result) => _states[step.Digest] = result;

    /// <summary>The result of a step; null when nobody looked at it.</summary>
    public FilesystemState? Find(Node step) => _states.GetValueOrDefault(step.Digest);
}
