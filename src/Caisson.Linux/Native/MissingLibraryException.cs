namespace Caisson.Linux.Native;

/// <summary>A shared library of the system that only some builds need is not on this machine.</summary>
/// <param name="library">Its file name.</param>
/// <param name="package">The Debian package that has it.</param>
/// <param name="use">What it is needed for, fit to follow "needed for".</param>
public sealed class MissingLibraryException(string library, string package, string use) : Exception($"{library} is missing, and is needed for {use}")
{
    /// <summary>The Debian package that has it.</summary>
    public string Package { get; } = package;
}
