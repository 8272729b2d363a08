using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
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
        SourceTree tree = await OpenAsync(copy, part, inputs, ct).ConfigureAwait(false);
        string pattern = NameOf(copy.Sources[part]);
        string? next = part + 1 < copy.Sources.Length ? NameOf(copy.Sources[part + 1]) : null;
        foreach (string path in Expand(tree.Tree, pattern, part))
        {
            SelectedItem item = await services.Selector.SelectAsync(tree, path, ct).ConfigureAwait(false) ?? throw MissingSource.Explain(tree.Tree, pattern, part, next);
            items.Add(item);
            if (copy.Unpacks && !item.IsDirectory && ArchiveDetection.IsArchive(tree.Tree, item.Path))
                throw new StepException(EngineCodes.NotSupported, $"\"{path}\" is an archive, and unpacking by ADD is not supported yet", "COPY it and unpack it in a RUN step") { Part = part };
        }
    }

    /// <summary>Works out the layer.</summary>
    /// <param name="copy">What is asked for.</param>
    /// <param name="root">The file system that it is copied to.</param>
    /// <param name="selection">What is copied.</param>
    /// <param name="warn">Takes what the user should know.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StepException">The destination cannot take it.</exception>
    public async Task<Layer> ExecuteAsync(Operation.Copy copy, FilesystemState root, Selection selection, Action<StepException> warn, CancellationToken ct)
    {
        bool needsAccounts = copy.Owner is not null && !Accounts.IsNumeric(copy.Owner);
        MergedTree destination = await services.Forms.OpenTreeAsync(root, withContent: needsAccounts, ct).ConfigureAwait(false);
        SandboxUser? owner = OwnerOf(copy.Owner, destination, warn);
        IFileTree below = copy.IsLinked ? EmptyTree.Instance : destination;
        return await MakeLayerAsync(services, new CopyLayer(copy, below, owner), selection.Items, ct).ConfigureAwait(false);
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

    /// <summary>Writes the list of a layer that copies items.</summary>
    public static Task<Layer> MakeLayerAsync(StepServices services, CopyLayer layer, ImmutableArray<SelectedItem> items, CancellationToken ct) =>
        Task.Run(
            () =>
            {
                LayerId id = new LayerLists(services.Layers, services.Work).Publish(layer.Entries(items), ct);
                return new Layer(id, new LayerOrigin.Listed(layer.Roots));
            },
            ct);

    private async Task<SourceTree> OpenAsync(Operation.Copy copy, int source, ImmutableArray<StepInput> inputs, CancellationToken ct)
    {
        if (copy.Sources[source] is not CopySource.Files { Input: int input })
            return new SourceTree(InlineTree.Write(services.Work, (CopySource.Inline)copy.Sources[source]), IsContext: true);
        SourceTree tree = inputs[input] switch
        {
            StepInput.Context context => context.Files,
            StepInput.State state => new SourceTree(await services.Forms.OpenTreeAsync(state.Files, withContent: true, ct).ConfigureAwait(false), IsContext: false),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return tree;
    }

    private static string NameOf(CopySource source) => source switch
    {
        CopySource.Files files => files.Pattern,
        CopySource.Inline inline => inline.Name,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IEnumerable<string> Expand(IFileTree tree, string pattern, int part)
    {
        try
        {
            return SourcePattern.Expand(tree, pattern);
        }
        catch (FormatException e)
        {
            throw new StepException(EngineCodes.BadPattern, e.Message) { Part = part };
        }
    }
}
