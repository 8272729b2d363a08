using System.Globalization;
using Caisson.Linux.Native;

namespace Caisson.Linux.Files;

/// <summary>The number of bytes that a store holds, in a file of its own, so that not everyone must measure. Whoever adds something removes the file.</summary>
internal sealed class StoreAccount(string storePath)
{
    private const string Measuring = "being measured";

    private readonly string _path = Path.Combine(storePath, "account");

    /// <summary>The bytes; null when they must be measured.</summary>
    public long? Read()
    {
        try
        {
            return long.TryParse(File.ReadAllText(_path), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Says that the store is being measured: this too is gone when someone adds something.</summary>
    /// <param name="temporary">A name for a new file on the store's file system.</param>
    /// <returns>Whether there was room for it.</returns>
    public bool TryBegin(string temporary) => TryWrite(Measuring, temporary);

    /// <summary>Writes the bytes down, unless something was added since <see cref="TryBegin"/>.</summary>
    /// <param name="bytes">As measured.</param>
    /// <param name="temporary">A name for a new file on the store's file system.</param>
    /// <returns>Whether that is what others read now.</returns>
    public bool TryComplete(long bytes, string temporary) => File.Exists(_path) && TryWrite(bytes.ToString(CultureInfo.InvariantCulture), temporary);

    /// <summary>What was written down is no longer true.</summary>
    public void Forget() => File.Delete(_path);

    // On a full disk nobody is told: then the store is measured each time.
    private bool TryWrite(string text, string temporary)
    {
        try
        {
            File.WriteAllText(temporary, text);
            File.Move(temporary, _path, overwrite: true);
            return true;
        }
        catch (IOException e) when (SystemCallException.SaysDiskFull(e))
        {
            return false;
        }
    }
}
