using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Secrets;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Gateway;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Bundling;

/// <summary>The build of a bundle, done once more: the store gets what the bundle holds, steps get the answers that were recorded.</summary>
/// <param name="bundle">The bundle.</param>
internal sealed class ReplayedBuild(Bundle bundle) : IReplay
{
    private const long MaxAnswerBytes = 64L << 30;

    private readonly Dictionary<string, NetworkRecord> _network = new(StringComparer.Ordinal);

    private long _answerBytes;

    private BundleRecord Record => bundle.Record;

    /// <inheritdoc/>
    public Digest Name => bundle.Digest;

    /// <inheritdoc/>
    public async Task<SealedInputs> PrepareAsync(EngineParts parts, SourceGuard guard, CancellationToken ct)
    {
        ImmutableDictionary<(string, string), Image>.Builder layouts = ImmutableDictionary.CreateBuilder<(string, string), Image>();
        foreach (BundleImage entry in Record.Images)
        {
            Image image = await AddImageAsync(parts, entry, ct).ConfigureAwait(false);
            if (entry.Context is not null)
                layouts[(entry.Context, entry.Platform)] = image;
            else
                await parts.Images.RememberAsync(ChosenFor(guard, entry, image), PlatformOf(entry.Platform), image, ct).ConfigureAwait(false);
        }
        foreach (BundleFetched fetched in Record.Fetched)
            await AddFetchedAsync(parts, fetched, ct).ConfigureAwait(false);
        foreach (BundleStep step in Record.Steps)
            await AddAnswersAsync(parts, step, ct).ConfigureAwait(false);
        byte[] dockerfile = await bundle.ReadPartAsync(Record.Dockerfile.Content, "the Dockerfile", ct).ConfigureAwait(false);
        ImmutableDictionary<string, UnpackedArchive> contexts = await OpenContextsAsync(parts, ct).ConfigureAwait(false);
        return new SealedInputs(SourceText.FromBytes(Record.Dockerfile.Name, dockerfile), new FileTime(Record.TimeSeconds, 0), contexts, layouts.ToImmutable());
    }

    /// <inheritdoc/>
    public IUpstream UpstreamOf(string step, ResponseStore responses, SecretStore secrets) =>
        new SealedAnswers(_network.TryGetValue(StepNames.DigestOf(step), out NetworkRecord? record) ? record.Exchanges : [], responses, secrets, bundle.Place);

    /// <inheritdoc/>
    public async Task CheckAsync(BuildResult result, CancellationToken ct)
    {
        if (result.Descriptor?.Digest.Value != Record.Result.Digest)
            throw await new ResultComparison(bundle).ExplainAsync(result, ct).ConfigureAwait(false);
    }

    private static Reference ChosenFor(SourceGuard guard, BundleImage entry, Image image) =>
        guard.Choose(ReferenceOf(entry.Reference), PlatformOf(entry.Platform)).WithDefaultTag().WithDigest(image.Descriptor.Digest);

    private async Task<Image> AddImageAsync(EngineParts parts, BundleImage entry, CancellationToken ct)
    {
        string what = $"the manifest of {Bundle.NameOf(entry)}";
        byte[] manifest = await bundle.ReadPartAsync(entry.Manifest, what, ct).ConfigureAwait(false);
        Digest configuration = (await bundle.GuardAsync(what, () => Task.FromResult(OciJson.ReadManifest(manifest))).ConfigureAwait(false)).Config.Digest;
        byte[] config = await bundle.ReadPartAsync(configuration.Value, $"the configuration of {Bundle.NameOf(entry)}", ct).ConfigureAwait(false);
        Image image = await bundle.GuardAsync(what, () => Task.FromResult(Image.Read(entry.MediaType, manifest, config, parts.Images.Layout))).ConfigureAwait(false);
        await AddBlobAsync(parts, image.Descriptor with { Platform = null }, what, ct).ConfigureAwait(false);
        await AddBlobAsync(parts, image.Manifest.Config, what, ct).ConfigureAwait(false);
        if (entry.HasLayers)
        {
            for (int i = 0; i < image.Layers.Length; i++)
                await AddBlobAsync(parts, image.Layers[i].Blob, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"layer {i + 1} of {Bundle.NameOf(entry)}"), ct).ConfigureAwait(false);
        }
        return image;
    }

    private async Task AddBlobAsync(EngineParts parts, Descriptor blob, string what, CancellationToken ct)
    {
        if (parts.Images.Layout.HasBlob(blob))
            return;
        Stream content = await bundle.OpenPartAsync(blob.Digest.Value, what, ct).ConfigureAwait(false);
        await bundle.GuardAsync(what, async () =>
        {
            await parts.Images.Layout.AddBlobAsync(blob, content, ct).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
    }

    private async Task AddFetchedAsync(EngineParts parts, BundleFetched fetched, CancellationToken ct)
    {
        Operation.Fetched pinned = fetched switch
        {
            { Digest: { } digest, FileName: { } name } => new Operation.Http(fetched.From, DigestOf(digest), name),
            { Commit: { } commit } => new Operation.Git(fetched.From, commit)
            {
                Reference = fetched.Reference,
                Tag = fetched.Tag,
                Directory = fetched.Directory ?? "",
                KeepsGitDirectory = fetched.KeepsGitDirectory,
                TakesSubmodules = !fetched.IsWithoutSubmodules,
            },
            _ => throw Bundle.Damaged(bundle.Place, fetched.From, "it is neither a file nor a commit", cause: null),
        };
        Descriptor part = bundle.PartOf(fetched.Content, fetched.From) with { MediaType = MediaTypes.OciLayerGzip };
        ImageLayer layer = new(part, DigestOf(fetched.DiffId), bundle.Graph);
        string directory = await bundle.GuardAsync(fetched.From, () => parts.Directories.UnpackAsync(new FetchedLayers(parts.Layers, Name).IdOf(pinned), layer, ct)).ConfigureAwait(false);
        if (pinned is Operation.Http file && !IsOf(directory, file.FileName, file.Content, ct))
            throw Bundle.Damaged(bundle.Place, fetched.From, $"it is not the file {file.Content} that the lock file names", cause: null);
    }

    private static bool IsOf(string path, string name, Digest content, CancellationToken ct)
    {
        if (name.Contains('/', StringComparison.Ordinal) || name is "" or "." or "..")
            return false;
        using DirectoryHandle directory = DirectoryHandle.Open(path);
        if (directory.TryStatus(name) is not { Kind: FileKind.File })
            return false;
        using SafeFileHandle file = directory.OpenFile(name);
        return FileContent.Hash(file, ct).Digest == content;
    }

    private async Task AddAnswersAsync(EngineParts parts, BundleStep step, CancellationToken ct)
    {
        NetworkRecord record = await bundle.ReadRequestsAsync(step, parts.Work.NewPath("requests"), ct).ConfigureAwait(false);
        _network[step.Step] = record;
        foreach (RecordedExchange exchange in record.Exchanges)
        {
            if (exchange is { IsWhole: true, Content: { } content } && parts.Responses.Find(content) is null)
                await AddAnswerAsync(parts, exchange, content, ct).ConfigureAwait(false);
        }
    }

    private async Task AddAnswerAsync(EngineParts parts, RecordedExchange exchange, Digest content, CancellationToken ct)
    {
        string what = $"the answer to {exchange.Method} {exchange.Address}";
        _answerBytes += exchange.SizeBytes;
        if (_answerBytes is < 0 or > MaxAnswerBytes || exchange.SizeBytes > MaxAnswerBytes)
            throw Bundle.Damaged(bundle.Place, what, $"the answers have more than {MaxAnswerBytes} bytes together", cause: null);
        bool isCompressed = Record.Compressed.TryGetValue(content.Value, out string? part);
        string file = parts.Responses.NewFile();
        Stream stored = await bundle.OpenPartAsync(part ?? content.Value, what, ct).ConfigureAwait(false);
        await bundle.GuardAsync(what, async () =>
        {
            Stream plain = isCompressed ? AnswerCompression.Open(stored, MaxAnswerBytes) : stored;
            VerifyingStream verified = new(plain, new Descriptor { MediaType = BundleTypes.Answer, Digest = content, Size = exchange.SizeBytes });
            await using (verified.ConfigureAwait(false))
            {
                FileStream output = new(file, FileMode.CreateNew, FileAccess.Write);
                await using (output.ConfigureAwait(false))
                    await verified.CopyToAsync(output, ct).ConfigureAwait(false);
            }
            return true;
        }).ConfigureAwait(false);
        parts.Responses.Publish(content, file);
    }

    private async Task<ImmutableDictionary<string, UnpackedArchive>> OpenContextsAsync(EngineParts parts, CancellationToken ct)
    {
        ImmutableDictionary<string, UnpackedArchive>.Builder contexts = ImmutableDictionary.CreateBuilder<string, UnpackedArchive>(StringComparer.Ordinal);
        try
        {
            foreach (BundleContext context in Record.Contexts)
            {
                string what = bundle.Describe(DigestOf(context.Content));
                Stream archive = await bundle.OpenPartAsync(context.Content, what, ct).ConfigureAwait(false);
                contexts[context.Name] = await bundle.GuardAsync(what, async () =>
                {
                    Stream tar = AnswerCompression.Open(archive, TarReaderOptions.Source.MaxArchiveBytes);
                    await using (tar.ConfigureAwait(false))
                        return await ArchiveUnpacker.UnpackAsync(tar, parts.Work.NewDirectory("context"), TarReaderOptions.Source, ct).ConfigureAwait(false);
                }).ConfigureAwait(false);
            }
            return contexts.ToImmutable();
        }
        catch
        {
            foreach (UnpackedArchive open in contexts.Values)
                open.Dispose();
            throw;
        }
    }

    private Digest DigestOf(string text) => Digest.TryParse(text, out Digest? digest) ? digest : throw Bundle.Damaged(bundle.Place, "its record", $"\"{text}\" is no digest", cause: null);

    private static Platform PlatformOf(string text) => Platform.TryParse(text, out Platform? platform) ? platform : throw new BuildException(EngineCodes.BadBundle, $"the record of the bundle names the platform \"{text}\", which is none");

    private static Reference ReferenceOf(string text) => Reference.TryParse(text, out Reference? reference, out string? problem) ? reference : throw new BuildException(EngineCodes.BadBundle, $"the record of the bundle names an image that is none: {problem}");
}
