using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Gateway;
using Caisson.Engine.Sources.Locking;
using Caisson.Engine.Steps;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Caisson.Oci.Transfer;

namespace Caisson.Engine.Bundling;

/// <summary>Collects all that a build is made of, while it is at hand, and makes one artifact of it. The bytes depend on that alone.</summary>
/// <param name="parts">The engine.</param>
/// <param name="request">What is built.</param>
/// <param name="contexts">Its contexts.</param>
/// <param name="plans">What was planned.</param>
/// <param name="policies">The paths of its policies.</param>
internal sealed class BundleWriter(EngineParts parts, BuildRequest request, BuildContexts contexts, ImmutableArray<BuildPlan> plans, ImmutableArray<string> policies)
{
    private readonly BundleParts _bundle = new();
    private readonly List<BundleContext> _contexts = [];
    private readonly List<BundleFetched> _fetched = [];
    private readonly List<BundleStep> _steps = [];
    private readonly HashSet<Digest> _whole = [];
    private readonly SortedDictionary<string, string> _compressed = new(StringComparer.Ordinal);
    private readonly SecretArguments _secrets = new(request.Arguments);

    /// <summary>Takes what the steps of the build took; while that is open.</summary>
    /// <param name="nodes">The graph.</param>
    /// <param name="taken">What was taken of each context.</param>
    /// <param name="network">What steps did on the network.</param>
    /// <param name="forms">Makes the forms of layers.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">There is something that cannot be repeated.</exception>
    public async Task TakeAsync(IReadOnlyList<Node> nodes, Func<string, IEnumerable<SelectedItem>> taken, IReadOnlyDictionary<Digest, NetworkRecord> network, LayerForms forms, CancellationToken ct)
    {
        Refuse(nodes, network);
        foreach ((string name, SourceTree tree) in contexts.Trees.OrderBy(static t => t.Key, StringComparer.Ordinal))
            await TakeContextAsync(name, new ContextArchive(tree.Tree, taken(name)), ct).ConfigureAwait(false);
        HashSet<Digest> fetched = [];
        foreach (Operation.Fetched pinned in nodes.Select(static n => n.Operation).OfType<Operation.Fetched>().Concat(contexts.Main is { Pinned: { } main, Tree: null } ? [main] : []))
        {
            if (fetched.Add(CanonicalEncoder.DigestOf(pinned, [])))
                await TakeFetchedAsync(pinned, forms, ct).ConfigureAwait(false);
        }
        foreach (Node node in nodes)
        {
            if (node.Operation is Operation.Image { Reference.Digest: { } digest })
                _whole.Add(digest);
            if (network.TryGetValue(node.Digest, out NetworkRecord? record))
                await TakeNetworkAsync(node.Label.Text, record, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Makes the artifact.</summary>
    /// <param name="locked">The text of the lock file.</param>
    /// <param name="result">What the build came to.</param>
    /// <exception cref="BuildException">It would be larger than registries take.</exception>
    public ImageGraph Complete(string locked, BuildResult result)
    {
        BundleRecord record = new()
        {
            Engine = typeof(BundleWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "",
            Machine = Sources.MachinePlatform.Current.ToString(),
            Dockerfile = new BundleText(_secrets.Mask(contexts.Dockerfile.Name), AddText(contexts.Dockerfile.Text)),
            Target = request.Target,
            Arguments = Sorted(request.Arguments),
            Labels = Sorted(request.Labels),
            Platforms = [.. plans.Select(static p => p.Platform.ToString())],
            HasIndex = result.Index is not null,
            KeepsTimes = request.KeepsTimestamps,
            TimeSeconds = plans[0].Time.Seconds,
            IsWithoutNetwork = request.Network == SandboxNetwork.None,
            Hosts = [.. request.ExtraHosts.Select(static h => $"{h.Name} {h.Address}")],
            SharedMemoryBytes = request.SharedMemoryBytes,
            Limits = [.. request.Limits.Select(static l => $"{l.Name} {l.Soft} {l.Hard}")],
            Secrets = [.. request.Secrets.Keys.Order(StringComparer.Ordinal)],
            Location = contexts.Main.Pinned is null ? null : AddressCredentials.Remove(request.Context.Location),
            NamedContexts = Sorted(request.NamedContexts.ToImmutableDictionary(static c => c.Key, static c => AddressCredentials.Remove(c.Value))),
            Contexts = [.. _contexts],
            Lock = AddText(locked),
            Policies = [.. policies.Select(p => new BundleText(Path.GetFileName(p), AddText(File.ReadAllText(p))))],
            Images = AddImages(LockFile.Parse(locked.Split('\n'), "the lock file")),
            Fetched = [.. _fetched],
            Steps = [.. _steps],
            Compressed = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, _compressed),
            Result = AddResult(result),
        };
        byte[] written = BundleJson.Write(record);
        BundleParts config = new();
        config.Add(BundleTypes.Record, written);
        ImageManifest manifest = new()
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            ArtifactType = BundleTypes.Artifact,
            Config = config.Descriptors[0],
            Layers = _bundle.Descriptors,
            Subject = result.Descriptor is { } subject ? new Descriptor { MediaType = subject.MediaType, Digest = subject.Digest, Size = subject.Size } : null,
        };
        byte[] bytes = OciJson.Write(manifest);
        if (bytes.Length > OciJson.MaxDocumentBytes)
            throw new BuildException(EngineCodes.NotBundled, $"the build is made of {_bundle.Descriptors.Length} parts, and a manifest cannot name so many", "build it as several images: one for what is fetched, others on it");
        Descriptor root = Descriptor.Of(MediaTypes.OciManifest, bytes); // as a registry would name it
        return new ImageGraph("the bundle", root, [new GraphDocument(root, bytes)], _bundle.Blobs.Concat(config.Blobs));
    }

    // What nobody could do again.
    private static void Refuse(IReadOnlyList<Node> nodes, IReadOnlyDictionary<Digest, NetworkRecord> network)
    {
        foreach (Node node in nodes)
        {
            if (node.Operation is Operation.Copy && node.Inputs.Skip(1).Any(static i => i.Operation is Operation.Context) && node.Inputs.Skip(1).Any(static i => i.Operation is not Operation.Context))
                throw Cannot(node, "the instruction takes files of the build context and others from elsewhere", "write an instruction for each");
            if (network.GetValueOrDefault(node.Digest) is { } record && record.Exchanges.FirstOrDefault(e => !e.IsWhole && !record.Exchanges.Any(o => o.IsWhole && o.Key == e.Key)) is { } broken)
                throw Cannot(node, $"the answer to {broken.Method} {broken.Address} broke off, or had not ended when the step did", "do it again; a step has to wait for what it asks for");
            if (node.Operation is Operation.Run { Devices: [var device, ..] })
                throw Cannot(node, $"the step uses the device {device}, which cannot be packed", "do without it, or bundle what it makes");
            if (network.GetValueOrDefault(node.Digest)?.Exchanges.FirstOrDefault(static e => e.IsTunnel) is { } tunnel)
                throw Cannot(node, $"what the step was told by {tunnel.Address} passed the gateway unseen", "take tls=tunnel out of the policy");
        }

        static BuildException Cannot(Node node, string what, string hint) => new([new Diagnostic(EngineCodes.NotBundled, Severity.Error, what, node.Label.Where, hint)]);
    }

    private async Task TakeContextAsync(string name, ContextArchive archive, CancellationToken ct)
    {
        string file = parts.Work.NewPath("bundle-context");
        BlobRecord written = await archive.WriteAsync(file, parts.Options.Parallelism, ct).ConfigureAwait(false);
        _contexts.Add(new BundleContext(name, archive.FileCount, _bundle.AddFile(written.Blob with { MediaType = BundleTypes.Files }, file)));
    }

    private async Task TakeFetchedAsync(Operation.Fetched pinned, LayerForms forms, CancellationToken ct)
    {
        if (parts.Fetch.Layers.Find(pinned) is not { } layer)
            return; // no step needed it
        BlobForm form = new(LayerCompression.Default, default) { KeepsTimes = true };
        ImageLayer blob = await forms.GetBlobAsync(FilesystemState.Empty.With(layer), 0, form, ct).ConfigureAwait(false);
        BundleFetched fetched = new() { From = "", Content = _bundle.Add(blob.Blob with { MediaType = BundleTypes.Files }, blob.Source), DiffId = blob.DiffId.Value };
        _fetched.Add(pinned switch
        {
            Operation.Http http => fetched with { From = AddressCredentials.Remove(http.Address), Digest = http.Content.Value, FileName = http.FileName },
            Operation.Git git => fetched with
            {
                From = AddressCredentials.Remove(git.Remote),
                Commit = git.Commit,
                Reference = git.Reference,
                Tag = git.Tag,
                Directory = git.Directory.Length == 0 ? null : git.Directory,
                KeepsGitDirectory = git.KeepsGitDirectory,
                IsWithoutSubmodules = !git.TakesSubmodules,
            },
            _ => throw new System.Diagnostics.UnreachableException(pinned.GetType().Name),
        });
    }

    private async Task TakeNetworkAsync(string step, NetworkRecord record, CancellationToken ct)
    {
        foreach (Digest content in record.Exchanges.Where(static e => e.IsWhole).Select(static e => e.Content).OfType<Digest>())
        {
            if (!_compressed.ContainsKey(content.Value))
                await TakeAnswerAsync(content, ct).ConfigureAwait(false);
        }
        string file = parts.Work.NewPath("bundle-requests");
        record.Write(file);
        _steps.Add(new BundleStep(_secrets.Mask(step), StepNames.DigestOf(step), _bundle.Add(BundleTypes.Requests, await File.ReadAllBytesAsync(file, ct).ConfigureAwait(false))));
    }

    private async Task TakeAnswerAsync(Digest content, CancellationToken ct)
    {
        string path = parts.Responses.Find(content) ?? throw new BuildException(EngineCodes.NotBundled, $"the answer {content} is no longer in the store: something else has just removed it", "do it again");
        Descriptor answer = new() { MediaType = BundleTypes.Answer, Digest = content, Size = new FileInfo(path).Length };
        string compressed = parts.Work.NewPath("bundle-answer");
        if (await AnswerCompression.TryAsync(path, compressed, parts.Options.Parallelism, ct).ConfigureAwait(false) is { } smaller)
            _compressed.Add(content.Value, _bundle.AddFile(smaller with { MediaType = BundleTypes.CompressedAnswer }, compressed));
        else
            _bundle.AddFile(answer, path);
    }

    private ImmutableArray<BundleImage> AddImages(LockFile locked)
    {
        Dictionary<Digest, Image> images = plans.SelectMany(static p => p.Images.Values).DistinctBy(static i => i.Descriptor.Digest).ToDictionary(static i => i.Descriptor.Digest);
        return
        [
            .. locked.Entries.OfType<LockEntry.Image>().Where(e => images.ContainsKey(e.Digest)).Select(e => AddImage(images[e.Digest], e.Name, e.Platform, context: null)),
            .. plans.SelectMany(static p => p.Layouts).DistinctBy(static l => l.Key).OrderBy(static l => l.Key.Context, StringComparer.Ordinal).ThenBy(static l => l.Key.Platform, StringComparer.Ordinal)
                .Select(l => AddImage(l.Value, "", l.Key.Platform, l.Key.Context)),
        ];
    }

    private BundleImage AddImage(Image image, string name, string platform, string? context)
    {
        bool hasLayers = _whole.Contains(image.Descriptor.Digest);
        foreach (ImageLayer layer in hasLayers ? image.Layers : [])
            _bundle.Add(layer.Blob, layer.Source);
        AddDocuments(image);
        return new BundleImage { Reference = name, Platform = platform, Context = context, MediaType = image.Descriptor.MediaType, Manifest = image.Descriptor.Digest.Value, HasLayers = hasLayers };
    }

    private BundleResult AddResult(BuildResult result)
    {
        if (result.Index is { } index)
            _bundle.Add(BundleTypes.Document, index.IndexBytes);
        ImmutableArray<Image> images = result.Index?.Images ?? [result.Image!]; // an image was put together
        foreach (Image image in images)
            AddDocuments(image);
        return new BundleResult(result.Descriptor!.MediaType, result.Descriptor.Digest.Value, [.. images.Select(static i => i.Descriptor.Digest.Value)]);
    }

    private void AddDocuments(Image image)
    {
        _bundle.Add(BundleTypes.Document, image.ManifestBytes);
        _bundle.Add(BundleTypes.Document, image.ConfigBytes);
    }

    private string AddText(string text) => _bundle.Add(BundleTypes.Text, Encoding.UTF8.GetBytes(text));

    private static ImmutableSortedDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> given) => ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, given);
}
