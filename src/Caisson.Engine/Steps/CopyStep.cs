using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Linux.Native;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Copies files to a file system. The result is worked out, not carried out: bytes move when someone needs the layer as a directory or a blob.</summary>
/// <param name="services">What steps work with.</param>
internal sealed class CopyStep(StepServices services)
{
    /// <summary>Reads and hashes what is copied.</summary>
    /// <exception cref="StepException">A source is not there.</exception>
    /// <exception cref="IOException">A source cannot be read.</exception>
    public async Task<Selection> SelectAsync(Operation.Copy copy, ImmutableArray<StepInput> inputs, CancellationToken ct)
    {
        ImmutableArray<SelectedItem>.Builder items = ImmutableArray.CreateBuilder<SelectedItem>();
        try
        {
            for (int i = 0; i < copy.Sources.Length; i++)
                await SelectAsync(copy, i, inputs, items, ct).ConfigureAwait(false);
            return Selection.Of(items.ToImmutable());
        }
        catch
        {
            foreach (SelectedItem item in items)
                item.List.Dispose();
            throw;
        }
    }

    private async Task SelectAsync(Operation.Copy copy, int part, ImmutableArray<StepInput> inputs, ImmutableArray<SelectedItem>.Builder items, CancellationToken ct)
    {
        CopySource source = copy.Sources[part];
        SourceTree tree = await OpenAsync(copy, part, inputs, ct).ConfigureAwait(false);
        string? next = part + 1 < copy.Sources.Length ? NameOf(copy.Sources[part + 1]) : null;
        if (source is CopySource.Files { MayLackIncludes: false, Includes: [var include], Pattern: var start } && !SourcePattern.HasWildcard(start) && !SourcePattern.HasWildcard(include))
            MissingSource.Require(tree.Tree, NameOf(source), part, next);
        foreach (string path in Expand(tree.Tree, source, part))
        {
            SelectedItem found = await services.Selector.SelectAsync(tree, path, FilterOf(source, part), source is CopySource.Files { TakesLinks: true }, ct).ConfigureAwait(false)
                ?? throw MissingSource.Explain(tree.Tree, NameOf(source), part, next);
            SelectedItem item = found with { Part = part, IsTakenItself = copy.TakesDirectories };
            items.Add(item);
            if (!tree.IsContext)
                services.FileUse?.Took(tree.Tree, item.Path);
            if (source is CopySource.Files { Unpacks: true } && item.Top.Kind == EntryKind.File && await IsArchiveAsync(item, ct).ConfigureAwait(false))
                items[^1] = item with { IsArchive = true };
        }
    }

    private static async Task<bool> IsArchiveAsync(SelectedItem item, CancellationToken ct)
    {
        try
        {
            return await ArchiveDetection.IsArchiveAsync(item.Source.Tree, item.Path, ct).ConfigureAwait(false);
        }
        catch (MissingLibraryException e)
        {
            throw new StepException(EngineCodes.MissingLibrary, $"\"{item.Path}\" cannot be unpacked: {e.Message}", $"install it: apt-get install {e.Package}; or copy the archive as it is, with ADD --unpack=false", e) { Part = item.Part };
        }
    }

    /// <summary>Works out the layer.</summary>
    /// <param name="copy">What is asked for.</param>
    /// <param name="root">The file system that it is copied to.</param>
    /// <param name="selection">What is copied.</param>
    /// <param name="warn">Takes what the user should know.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StepException">The destination cannot take it, or an archive cannot be unpacked.</exception>
    public async Task<Layer> ExecuteAsync(Operation.Copy copy, FilesystemState root, Selection selection, Action<StepException> warn, CancellationToken ct)
    {
        bool needsAccounts = copy.Owner is not null && !Accounts.IsNumeric(copy.Owner);
        MergedTree destination = await services.Forms.OpenTreeAsync(root, withContent: needsAccounts, ct).ConfigureAwait(false);
        SandboxUser? owner = OwnerOf(copy.Owner, destination, warn);
        IFileTree below = copy.IsLinked ? EmptyTree.Instance : destination;
        List<ContentRoot> roots = [];
        if (selection.Items.Any(static i => i.IsArchive))
            return await MakeLayerAsync(services, await LayOverAsync(copy, below, owner, selection, roots, ct).ConfigureAwait(false), roots, ct).ConfigureAwait(false);
        CopyLayer layer = new(copy, below.Find, owner, roots);
        IEnumerable<FileEntry> entries = layer.Entries(selection.Items);
        if (layer.Overwritten is { } name)
            warn(StepException.OneNameForSeveral("/" + name));
        return await MakeLayerAsync(services, entries, roots, ct).ConfigureAwait(false);
    }

    // Where archives are among them, each source is laid over all before it: an archive replaces what others put there, which a merge of lists cannot tell.
    private async Task<IEnumerable<FileEntry>> LayOverAsync(
        Operation.Copy copy, IFileTree below, SandboxUser? owner, Selection selection, List<ContentRoot> roots, CancellationToken ct)
    {
        LayerEntries laid = new();
        FileEntry? Find(string path) => laid.Find(path) ?? (laid.IsBlocked(path) ? null : below.Find(path));
        foreach (SelectedItem item in selection.Items)
        {
            IEnumerable<FileEntry> entries = item.IsArchive
                ? new ArchiveLayer(copy, Find, owner, roots).Entries(await UnpackAsync(item, ct).ConfigureAwait(false))
                : new CopyLayer(copy, Find, owner, roots).Entries([item]);
            foreach (FileEntry entry in entries.ToList())
            {
                if (laid.IsBlocked(entry.Path))
                    throw StepException.NotADirectory("/" + EntryPath.Parent(entry.Path));
                laid.Add(entry);
            }
        }
        return laid.InOrder();
    }

    private async Task<UnpackedArchive> UnpackAsync(SelectedItem item, CancellationToken ct)
    {
        try
        {
            return await services.Archives.GetAsync(item.Source.Tree, item.Top with { Path = item.Path }, ct).ConfigureAwait(false);
        }
        catch (StepException e) when (e.Part is null)
        {
            throw new StepException(e.Code, e.Message, e.Hint, e) { Part = item.Part };
        }
    }

    /// <summary>Looks up an owner; null when none is asked for.</summary>
    public static SandboxUser? OwnerOf(string? owner, IFileTree tree, Action<StepException> warn)
    {
        if (owner is null)
            return null;
        SandboxUser found = new Accounts(tree).Owner(owner, out string? unknown);
        if (unknown is not null)
            warn(new StepException(EngineCodes.UnknownUser, $"\"{unknown}\" is no user or group of the image: root is taken", "use a number, or add the user in an earlier step"));
        return found;
    }

    /// <summary>Writes the list of a layer.</summary>
    /// <param name="services">What steps work with.</param>
    /// <param name="entries">What the layer holds, in the order of a list; enumerated once.</param>
    /// <param name="roots">Where the bytes of its files are, complete once it is enumerated.</param>
    /// <param name="ct">Gives up.</param>
    public static Task<Layer> MakeLayerAsync(StepServices services, IEnumerable<FileEntry> entries, List<ContentRoot> roots, CancellationToken ct) =>
        Task.Run(
            () =>
            {
                LayerId id = new LayerLists(services.Layers, services.Work).Publish(entries, ct);
                return new Layer(id, new LayerOrigin.Listed([.. roots]));
            },
            ct);

    private async Task<SourceTree> OpenAsync(Operation.Copy copy, int source, ImmutableArray<StepInput> inputs, CancellationToken ct)
    {
        if (copy.Sources[source] is not CopySource.Files { Input: int input })
            return new SourceTree(InlineTree.Of(services.Work, (CopySource.Inline)copy.Sources[source]), IsContext: true);
        SourceTree tree = inputs[input] switch
        {
            StepInput.Context context => context.Files,
            StepInput.State state => new SourceTree(await services.Forms.OpenTreeAsync(state.Files, withContent: true, ct).ConfigureAwait(false), IsContext: false),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return tree;
    }

    // As it stands in the Dockerfile, nearly: for people.
    private static string NameOf(CopySource source) => source switch
    {
        CopySource.Files { Includes: [var include] } files => EntryPath.Join(EntryPath.Clean(files.Pattern), include),
        CopySource.Files files => SourcePattern.HasWildcard(files.Pattern) ? files.Pattern : NamePattern.Unescape(files.Pattern),
        CopySource.Inline inline => inline.Name,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IEnumerable<string> Expand(IFileTree tree, CopySource source, int part)
    {
        if (source is not CopySource.Files files)
            return [EntryPath.Clean(NameOf(source))];
        // No name that matches is no mistake, but a directory to look in must be there.
        if (SourcePattern.HasWildcard(files.Pattern))
            MissingSource.Require(tree, SourcePattern.FixedPart(files.Pattern), part, next: null);
        IEnumerable<string> paths = Read(() => SourcePattern.Expand(tree, files.Pattern), part);
        return files.NeedsMatch && !paths.Any() ? throw MissingSource.Explain(tree, files.Pattern, part) : paths;
    }

    private static PathFilter? FilterOf(CopySource source, int part) => Read(() => PathFilter.Of(source), part);

    private static T Read<T>(Func<T> pattern, int part)
    {
        try
        {
            return pattern();
        }
        catch (FormatException e)
        {
            throw new StepException(EngineCodes.BadPattern, e.Message) { Part = part };
        }
    }
}
