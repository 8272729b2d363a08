using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Caisson.Linux.Files;

namespace Caisson.Engine.Sources.Contexts;

/// <summary>The directories that clients sent, each below one that is named by its key and holds its lock.</summary>
/// <param name="path">Where they are; made when needed.</param>
/// <param name="claims">What is in use of the store.</param>
/// <param name="time">For the time when one was last used.</param>
internal sealed class ClientDirectoryStore(string path, Claims claims, TimeProvider time)
{
    /// <summary>Their place in the store.</summary>
    public const string DirectoryName = "clients";

    private const string DataName = "data";
    private const string LockName = "lock";
    private const string AboutName = "about"; // for people who ask what there is

    /// <summary>Gives one who uses it alone the first directory of a key that nobody has.</summary>
    /// <param name="key">The key.</param>
    /// <param name="description">What it is, for people.</param>
    /// <param name="use">Ends with the lease.</param>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public ClientDirectory Lease(string key, string description, IDisposable use)
    {
        string hex = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        for (int number = 1; ; number++)
        {
            string name = number == 1 ? hex : string.Create(CultureInfo.InvariantCulture, $"{hex}-{number}");
            // Claimed before it is looked at: from then on nobody removes it.
            claims.AddNew($"{DirectoryName}/{name}");
            string directory = Path.Combine(path, name);
            Directory.CreateDirectory(directory);
            if (FileLock.TryAcquire(Path.Combine(directory, LockName)) is not { } held)
                continue;
            try
            {
                string data = Path.Combine(directory, DataName);
                Directory.CreateDirectory(data);
                File.WriteAllText(Path.Combine(directory, AboutName), description);
                Directory.SetLastWriteTimeUtc(directory, time.GetUtcNow().UtcDateTime);
                return new ClientDirectory(data, held, use);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
    }

    /// <summary>All directories, for housekeeping: the name of each, and what it is.</summary>
    public IEnumerable<(string Name, string Description)> List()
    {
        if (!Directory.Exists(path))
            yield break;
        foreach (string directory in Directory.GetDirectories(path).Order(StringComparer.Ordinal))
        {
            string about = Path.Combine(directory, AboutName);
            yield return (Path.GetFileName(directory), File.Exists(about) ? File.ReadAllText(about) : "");
        }
    }
}
