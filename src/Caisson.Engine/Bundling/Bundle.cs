using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Sources.Gateway;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Engine.Bundling;

/// <summary>A bundle that was opened: what it says, and its parts, each verified while it is read.</summary>
/// <remarks>Lives as long as the place that it was opened from.</remarks>
public sealed class Bundle
{
    private const int MaxTextBytes = 256 << 20;

    private readonly ImageGraph _graph;
    private readonly Dictionary<string, Descriptor> _parts;

    private Bundle(ImageGraph graph, ImageManifest manifest, BundleRecord record)
    {
        _graph = graph;
        Record = record;
        _parts = manifest.Layers.DistinctBy(static l => l.Digest).ToDictionary(static l => l.Digest.Value);
        SizeBytes = (long)Math.Min(long.MaxValue / 2, manifest.Layers.Sum(static l => (decimal)l.Size) + manifest.Config.Size + graph.Root.Size);
    }

    /// <summary>What messages call it.</summary>
    public string Place => _graph.Place;

    /// <summary>The digest that names all of it.</summary>
    public Digest Digest => _graph.Root.Digest;

    /// <summary>What it says of the build.</summary>
    public BundleRecord Record { get; }

    /// <summary>The length of all of its parts.</summary>
    public long SizeBytes { get; }

    /// <summary>Its parts.</summary>
    public IReadOnlyCollection<Descriptor> Parts => _parts.Values;

    /// <summary>All of it, for writing it to another place.</summary>
    internal ImageGraph Graph => _graph;

    /// <summary>Whether what a place holds is a bundle.</summary>
    public static bool Is(ImageGraph graph) => !graph.RootDocument.IsIndex && graph.RootDocument.ReadManifest().ArtifactType == BundleTypes.Artifact;

    /// <summary>Reads a bundle's record.</summary>
    /// <param name="graph">What its place holds.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">It is no bundle, or damaged.</exception>
    public static async Task<Bundle> OpenAsync(ImageGraph graph, CancellationToken ct)
    {
        if (!Is(graph))
            throw new BuildException(EngineCodes.BadBundle, $"{graph.Place} is no bundle", "caisson bundle create makes one");
        ImageManifest manifest = graph.RootDocument.ReadManifest();
        try
        {
            if (manifest.Config.Size > MaxTextBytes)
                throw new InvalidImageException($"its record has {manifest.Config.Size} bytes");
            return new Bundle(graph, manifest, BundleJson.Read(await ReadAsync(graph, manifest.Config, ct).ConfigureAwait(false)));
        }
        catch (Exception e) when (e is InvalidImageException or JsonException)
        {
            throw Damaged(graph.Place, "its record", e.Message, e);
        }
    }

    /// <summary>The record as the bundle has it: JSON.</summary>
    public async Task<string> ReadRecordAsync(CancellationToken ct) => Encoding.UTF8.GetString(await ReadAsync(_graph, _graph.RootDocument.ReadManifest().Config, ct).ConfigureAwait(false));

    /// <summary>What people call a part.</summary>
    public string Describe(Digest part)
    {
        string digest = part.Value;
        if (Record.Dockerfile.Content == digest)
            return "the Dockerfile";
        if (Record.Lock == digest)
            return "the lock file";
        if (Record.Policies.FirstOrDefault(p => p.Content == digest) is { } policy)
            return $"the policy {policy.Name}";
        if (Record.Contexts.FirstOrDefault(c => c.Content == digest) is { } context)
            return context.Name == "context" ? "the build context" : $"the named context \"{context.Name}\"";
        if (Record.Fetched.FirstOrDefault(f => f.Content == digest) is { } fetched)
            return fetched.From;
        if (Record.Images.FirstOrDefault(i => i.Manifest == digest) is { } image)
            return $"the manifest of {NameOf(image)}";
        if (Record.Steps.FirstOrDefault(s => s.Requests == digest) is { } step)
            return $"what {step.Name} asked the network for";
        return _parts.GetValueOrDefault(digest)?.MediaType switch
        {
            BundleTypes.Answer or BundleTypes.CompressedAnswer => "an answer of the network",
            BundleTypes.Document => "a manifest or a configuration of an image",
            _ => "a layer of a base image",
        };
    }

    /// <summary>What people call an image.</summary>
    public static string NameOf(BundleImage image) => $"{(image.Context is null ? image.Reference : $"the named context \"{image.Context}\"")} for {image.Platform}";

    /// <summary>Opens a part.</summary>
    /// <param name="digest">Its digest.</param>
    /// <param name="what">What people call it; null to find out.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">The bundle does not have it.</exception>
    internal async Task<Stream> OpenPartAsync(string digest, string? what, CancellationToken ct)
    {
        Descriptor part = PartOf(digest, what);
        try
        {
            return await _graph.OpenBlobAsync(part, ct).ConfigureAwait(false);
        }
        catch (BlobNotFoundException e)
        {
            throw Damaged(Place, what ?? Describe(part.Digest), "it is not there", e);
        }
    }

    /// <summary>How a part is named.</summary>
    /// <exception cref="BuildException">The bundle does not have it.</exception>
    internal Descriptor PartOf(string digest, string? what) =>
        _parts.GetValueOrDefault(digest) ?? throw Damaged(Place, what ?? digest, "the record names it, and it is not among the parts", cause: null);

    /// <summary>Reads a part that is held in memory.</summary>
    /// <exception cref="BuildException">It is damaged.</exception>
    internal async Task<byte[]> ReadPartAsync(string digest, string? what, CancellationToken ct)
    {
        Descriptor part = PartOf(digest, what);
        if (part.Size > MaxTextBytes)
            throw Damaged(Place, what ?? Describe(part.Digest), $"it has {part.Size} bytes", cause: null);
        return await GuardAsync(what ?? Describe(part.Digest), () => ReadAsync(_graph, part, ct)).ConfigureAwait(false);
    }

    /// <summary>Does something with a part; what is found to be wrong with that is told as a fault of the bundle.</summary>
    internal async Task<T> GuardAsync<T>(string what, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidImageException or InvalidDataException or BlobNotFoundException or Oci.Tar.TarException or FormatException)
        {
            throw Damaged(Place, what, e.Message, e);
        }
    }

    /// <summary>What a step asked for.</summary>
    internal async Task<NetworkRecord> ReadRequestsAsync(BundleStep step, string file, CancellationToken ct)
    {
        await File.WriteAllBytesAsync(file, await ReadPartAsync(step.Requests, what: null, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        return NetworkRecord.TryRead(file) ?? throw Damaged(Place, Describe(Digest.Parse(step.Requests)), "it cannot be read", cause: null);
    }

    /// <summary>A part that is a text.</summary>
    internal async Task<string> ReadTextAsync(BundleText text, CancellationToken ct) => Encoding.UTF8.GetString(await ReadPartAsync(text.Content, text.Name, ct).ConfigureAwait(false));

    /// <summary>Something is wrong with it.</summary>
    internal static BuildException Damaged(string place, string what, string why, Exception? cause) =>
        new([new Diagnostic(EngineCodes.BadBundle, Severity.Error, $"{place} is damaged: {what}: {why}", Hint: "get it again from where it was made, and compare its digest: caisson bundle inspect")], cause);

    private static async Task<byte[]> ReadAsync(ImageGraph graph, Descriptor part, CancellationToken ct)
    {
        Stream stream = await graph.OpenBlobAsync(part, ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            MemoryStream content = new();
            await stream.CopyToAsync(content, ct).ConfigureAwait(false);
            return content.ToArray();
        }
    }
}
