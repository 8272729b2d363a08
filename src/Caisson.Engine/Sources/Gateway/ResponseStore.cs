using Caisson.Linux.Files;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>The content of answers on disk, named by digest: <c>network/HEX</c> of the store.</summary>
/// <remarks>Thread-safe, and safe between processes. It is claimed, and removed, as a whole. What is read from it is verified by who reads it.</remarks>
/// <param name="statePath">The store.</param>
/// <param name="work">For what is being made.</param>
internal sealed class ResponseStore(string statePath, WorkArea work)
{
    /// <summary>The name of its directory.</summary>
    public const string DirectoryName = "network";

    private readonly string _path = Path.Combine(statePath, DirectoryName);

    /// <summary>A name for a new file that can become content.</summary>
    public string NewFile() => work.NewPath("answer");

    /// <summary>Where the content of a digest is; null when it is not here.</summary>
    public string? Find(Digest content)
    {
        work.Claims.Add(DirectoryName);
        string path = Path.Combine(_path, content.Hex);
        return File.Exists(path) ? path : null;
    }

    /// <summary>Takes a finished file, which is gone afterwards.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Publish(Digest content, string file)
    {
        work.Claims.AddNew(DirectoryName);
        Directory.CreateDirectory(_path);
        File.Move(file, Path.Combine(_path, content.Hex), overwrite: true);
    }
}
