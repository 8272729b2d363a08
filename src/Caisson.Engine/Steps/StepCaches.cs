using System.Diagnostics;
using Caisson.Engine.Caching;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>The directories behind the cache mounts of one step, held while it runs.</summary>
internal sealed class StepCaches : IDisposable
{
    private readonly Dictionary<string, CacheMountLease> _leases = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _names = [];
    private readonly Dictionary<int, string> _seeds = [];

    private StepCaches()
    {
    }

    /// <summary>Gets all of them, waiting for those that others have locked.</summary>
    /// <exception cref="StepException">What a directory is to begin with is not there.</exception>
    /// <exception cref="IOException">A directory cannot be made.</exception>
    public static async Task<StepCaches> LeaseAsync(StepServices services, Operation.Run run, StepMaterial material, CancellationToken ct)
    {
        List<(string Name, StepMount.Cache Mount, CacheSeed? Seed)> wanted = [];
        StepCaches caches = new();
        for (int i = 0; i < run.Mounts.Length; i++)
        {
            if (run.Mounts[i] is not StepMount.Cache mount)
                continue;
            CacheSeed? seed = await SeedOfAsync(services, mount, i, material, ct).ConfigureAwait(false);
            string name = CacheMountStore.NameOf(mount, seed).Hex;
            caches._names.Add(i, name);
            if (seed is not null)
                caches._seeds.Add(i, seed.Name);
            wanted.Add((name, mount, seed));
        }
        try
        {
            // In an order that is the same for every step, so that no two wait for each other. One that a step mounts twice is one; it is locked when any mount says so.
            foreach (var group in wanted.GroupBy(static w => w.Name, StringComparer.Ordinal).OrderBy(static g => g.Key, StringComparer.Ordinal))
            {
                (string name, StepMount.Cache mount, CacheSeed? seed) = group.MaxBy(static w => w.Mount.Sharing);
                caches._leases.Add(name, await services.CacheMounts.LeaseAsync(mount, seed, services.SavedMounts, ct).ConfigureAwait(false));
            }
            return caches;
        }
        catch
        {
            caches.Dispose();
            throw;
        }
    }

    /// <summary>The directory of a mount.</summary>
    /// <param name="index">Which of the step's mounts.</param>
    public string DirectoryOf(int index) => _leases[_names[index]].DirectoryPath;

    /// <summary>The name of what the directory of a mount began with; null when it began empty.</summary>
    /// <param name="index">Which of the step's mounts.</param>
    public string? SeedOf(int index) => _seeds.GetValueOrDefault(index);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (CacheMountLease lease in _leases.Values)
            lease.Dispose();
    }

    private static async Task<CacheSeed?> SeedOfAsync(StepServices services, StepMount.Cache mount, int index, StepMaterial material, CancellationToken ct)
    {
        if (mount.Input is not { } input)
            return null;
        switch (material.Inputs[input])
        {
            case StepInput.Context:
                Selection taken = material.Taken[index]!; // a mount of a context takes one item
                Require(taken.Items[0].IsDirectory, mount, index);
                return new CacheSeed(taken.Content.Value, (directory, token) => FillAsync(services, taken.Items[0], directory, token));
            case StepInput.State { Files: var files }:
                MergedTree tree = await services.Forms.OpenTreeAsync(files, withContent: false, ct).ConfigureAwait(false);
                FileEntry found = tree.Find(TreePath.Resolve(tree, mount.Source)) ?? throw MissingSource.Explain(tree, mount.Source, index);
                Require(found.IsDirectory, mount, index);
                return new CacheSeed(NameOf(files, mount.Source), (directory, token) => FillAsync(services, files, mount.Source, directory, token));
            case StepInput.Seed seed:
                return new CacheSeed(seed.Name, (_, _) => throw new StepException(EngineCodes.KeptStepUnusable, $"the cache mount \"{mount.Id}\" of the step is gone"));
            default:
                throw new UnreachableException();
        }
    }

    private static void Require(bool isDirectory, StepMount.Cache mount, int index)
    {
        if (!isDirectory)
            throw new StepException(EngineCodes.NotADirectory, $"\"{mount.Source}\" is not a directory, and a cache begins with one") { Part = index };
    }

    // A file system is named by its layers: to read it through for a cache that is there already would cost more than it saves.
    private static string NameOf(FilesystemState files, string source)
    {
        using CanonicalEncoder encoder = new("cache seed");
        foreach (Layer layer in files.Layers)
            encoder.Add(layer.Id.Value);
        encoder.Add(source);
        return encoder.Complete().Value;
    }

    private static async Task<FileEntry> FillAsync(StepServices services, FilesystemState files, string source, string directory, CancellationToken ct)
    {
        MergedTree tree = await services.Forms.OpenTreeAsync(files, withContent: true, ct).ConfigureAwait(false);
        SelectedItem item = await services.Selector.SelectAsync(new SourceTree(tree, IsContext: false), source, filter: null, takesLink: false, ct).ConfigureAwait(false)
            ?? throw new UnreachableException(); // it was there when the seed was made, and layers do not change
        using (item.List)
            return await FillAsync(services, item, directory, ct).ConfigureAwait(false);
    }

    private static async Task<FileEntry> FillAsync(StepServices services, SelectedItem item, string directory, CancellationToken ct)
    {
        List<ContentRoot> roots = [];
        CopyLayer copy = new(new Operation.Copy { Sources = [], Destination = "/", IntoDirectory = true }, EmptyTree.Instance.Find, owner: null, roots);
        Layer layer = await CopyStep.MakeLayerAsync(services, copy.Entries([item]), roots, ct).ConfigureAwait(false);
        using FileList list = FileList.Open(services.Layers.FindList(layer.Id) ?? throw new UnreachableException()); // just made
        await LayerMaterializer.WriteAsync(list, [.. roots], directory, services.Layers.Marks, ct).ConfigureAwait(false);
        return item.List.Find("") ?? throw new UnreachableException(); // an item has itself
    }
}
