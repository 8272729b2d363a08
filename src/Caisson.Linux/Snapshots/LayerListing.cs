using System.Collections.Immutable;
using System.Globalization;
using Caisson.Linux.Files;
using Caisson.Linux.Native;

namespace Caisson.Linux.Snapshots;

/// <summary>Lists the layers of a store and measures them. A directory is walked once: it never changes, so what it takes is written beside it.</summary>
/// <param name="path">The layers.</param>
/// <param name="directoryForm">The name of a layer's directory.</param>
/// <param name="spaceForm">The name of the file that says what the directory takes.</param>
/// <param name="aboutForm">The name of the file that says what the layer came about by.</param>
internal sealed class LayerListing(string path, string directoryForm, string spaceForm, string aboutForm)
{
    public async Task<ImmutableArray<StoredLayer>> ReadAsync(Func<string> newFile, int parallelism, CancellationToken ct)
    {
        string[] names;
        using (DirectoryHandle layers = DirectoryHandle.Open(path))
            names = [.. layers.List().Where(LayerId.IsName)];
        StoredLayer?[] found = new StoredLayer?[names.Length];
        ParallelOptions options = new() { MaxDegreeOfParallelism = parallelism, CancellationToken = ct };
        await Parallel.ForAsync(0, names.Length, options, (i, _) =>
        {
            found[i] = Read(names[i], newFile);
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        return [.. found.OfType<StoredLayer>()];
    }

    private StoredLayer? Read(string name, Func<string> newFile)
    {
        try
        {
            using DirectoryHandle layer = DirectoryHandle.Open(Path.Combine(path, name));
            FileStatus own = layer.Status();
            List<string> forms = layer.List();
            long bytes = DiskSpace.Of(own);
            foreach (string form in forms)
                bytes += form == directoryForm ? OfDirectory(name, layer, newFile) : DiskSpace.Of(layer.Status(form));
            return new StoredLayer(LayerId.Parse(name), bytes, own.Modified)
            {
                Forms = [.. forms],
                About = forms.Contains(aboutForm) ? ReadText(name, aboutForm) : null,
            };
        }
        catch (SystemCallException e) when (e.IsNotFound)
        {
            return null; // someone has just removed it
        }
    }

    private long OfDirectory(string name, DirectoryHandle layer, Func<string> newFile)
    {
        if (long.TryParse(ReadText(name, spaceForm), NumberStyles.None, CultureInfo.InvariantCulture, out long known))
            return known;
        long bytes = DiskSpace.Of(layer, directoryForm);
        Remember(name, layer.Status().Modified, bytes, newFile());
        return bytes;
    }

    private void Remember(string name, FileTime lastUsed, long bytes, string file)
    {
        try
        {
            File.WriteAllText(file, bytes.ToString(CultureInfo.InvariantCulture));
            File.Move(file, Path.Combine(path, name, spaceForm), overwrite: true);
        }
        catch (IOException)
        {
            // The layer has just been removed, or the disk is full: above all then, people must be able to ask, and to remove. It is measured again the next time.
            return;
        }
        // The new file was no use of the layer.
        using DirectoryHandle layers = DirectoryHandle.Open(path);
        layers.TrySetModified(name, lastUsed);
    }

    private string? ReadText(string name, string form)
    {
        try
        {
            return File.ReadAllText(Path.Combine(path, name, form));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
