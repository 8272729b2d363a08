using Caisson.Linux.Native;

namespace Caisson.Linux.Files;

/// <summary>A place for one piece of work: what is still in it when that is done, or has failed, goes. What came of the work was moved away before.</summary>
/// <remarks>A process that serves many builds would otherwise keep the remains of all of them for as long as it lives.</remarks>
public sealed class WorkScope : WorkPlace, IDisposable
{
    private readonly WorkPlace _place;
    private bool _isKept;

    internal WorkScope(WorkPlace place, string directoryPath)
        : base(directoryPath) => _place = place;

    /// <inheritdoc/>
    // No name is used twice in the whole area: containers are called by it.
    public override string NewPath(string purpose) => Path.Combine(DirectoryPath, Path.GetFileName(_place.NewPath(purpose)));

    /// <summary>Leaves what is in it to the area.</summary>
    public void Keep() => _isKept = true;

    /// <summary>Removes what is left. What the disk does not let go of is removed with the area.</summary>
    public void Dispose()
    {
        if (_isKept)
            return;
        try
        {
            DirectoryRemoval.Remove(DirectoryPath);
        }
        catch (SystemCallException)
        {
            // What was asked for is done, or has failed for a reason that its user is told.
        }
    }
}
