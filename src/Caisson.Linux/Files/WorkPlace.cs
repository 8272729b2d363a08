namespace Caisson.Linux.Files;

/// <summary>A directory in which something is made, on the file system of the store.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="directoryPath">The directory.</param>
public abstract class WorkPlace(string directoryPath)
{
    /// <summary>The directory.</summary>
    public string DirectoryPath { get; } = directoryPath;

    /// <summary>A path in it that nothing is at yet.</summary>
    /// <param name="purpose">What it is for: the beginning of its name.</param>
    public abstract string NewPath(string purpose);

    /// <summary>A new, empty directory in it.</summary>
    /// <param name="purpose">What it is for: the beginning of its name.</param>
    public string NewDirectory(string purpose) => Directory.CreateDirectory(NewPath(purpose)).FullName;

    /// <summary>A place in it for one piece of work.</summary>
    /// <param name="purpose">What it is for: the beginning of its name.</param>
    public WorkScope Begin(string purpose) => new(this, NewDirectory(purpose));
}
