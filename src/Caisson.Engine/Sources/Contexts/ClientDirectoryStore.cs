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
    /// <exception cref="IOException">The disk does not take it.</exception>
    public ClientDirectory Lease(string key, string description)
    {
        string hex = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        for (int number = 1; ; number++)
        {
            string name = number == 1 ? hex : string.Create(CultureInfo.InvariantCulture, $"{hex}-{number}");
            if (TryLease(name, description) is { } leased)
                return leased;
        }
    }

    /// <summary>All directories, for housekeeping: the name of each, and the file that says what it is. They may be gone by now.</summary>
    public IEnumerable<(string Name, string About)> List()
    {
        if (!Directory.Exists(path))
            yield break;
        foreach (string directory in Directory.GetDirectories(path).Order(StringComparer.Ordinal))
            yield return (Path.GetFileName(directory), Path.Combine(directory, AboutName));
    }

    private ClientDirectory? TryLease(string name, string description)
    {
        string claim = $"{DirectoryName}/{name}";
        // Claimed before it is looked at: from then on nobody removes it.
        IDisposable claimed = claims.Hold(claim);
        FileLock? held = null;
        try
        {
            string directory = Directory.CreateDirectory(Path.Combine(path, name)).FullName;
            held = FileLock.TryAcquire(Path.Combine(directory, LockName));
            if (held is null)
            {
                claimed.Dispose();
                return null;
            }
            string data = Directory.CreateDirectory(Path.Combine(directory, DataName)).FullName;
            File.WriteAllText(Path.Combine(directory, AboutName), description);
            Directory.SetLastWriteTimeUtc(directory, time.GetUtcNow().UtcDateTime);
            return new ClientDirectory(data, held, claimed, claims, claim);
        }
        catch
        {
            held?.Dispose();
            claimed.Dispose();
            throw;
        }
    }
}
