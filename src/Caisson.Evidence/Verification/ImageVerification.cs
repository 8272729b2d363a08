using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Caisson.Evidence.Provenance;
using Caisson.Evidence.Signing;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Evidence.Verification;

/// <summary>Verifies what is said of an image and kept beside it: that the signature is of a key, and that it is about this very image.</summary>
public sealed class ImageVerification
{
    private readonly ImageGraph _graph;
    private readonly VerifyingKey _key;
    private readonly List<Diagnostic> _problems = [];
    private readonly List<VerifiedStatement> _verified = [];
    private readonly HashSet<Digest> _statements = [];
    private int _unsigned;

    private ImageVerification(ImageGraph graph, VerifyingKey key)
    {
        _graph = graph;
        _key = key;
    }

    /// <summary>Verifies.</summary>
    /// <param name="graph">The image with its referrers.</param>
    /// <param name="image">The manifest or index of it that is meant.</param>
    /// <param name="key">The key.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>What is verified, at least one, and what is wrong with the others.</returns>
    /// <exception cref="BuildException">Nothing could be verified; the diagnostics say why.</exception>
    public static async Task<(ImmutableArray<VerifiedStatement> Verified, ImmutableArray<Diagnostic> Problems)> VerifyAsync(ImageGraph graph, Digest image, VerifyingKey key, CancellationToken ct)
    {
        ImageVerification verification = new(graph, key);
        foreach (Descriptor referrer in graph.Referrers)
        {
            if (graph.Find(referrer.Digest) is { IsIndex: false } document && MediaTypes.IsManifest(document.Descriptor.MediaType) && document.ReadManifest() is { Subject: { } subject } manifest && subject.Digest == image)
                await verification.VerifyAsync(document.Descriptor.Digest, manifest, image, ct).ConfigureAwait(false);
        }
        if (verification._verified.Count > 0)
            return ([.. verification._verified], [.. verification._problems]);
        throw new BuildException(verification._problems.Count > 0 ? [.. verification._problems] : [verification.Nothing(image)]);
    }

    private async Task VerifyAsync(Digest referrer, ImageManifest manifest, Digest image, CancellationToken ct)
    {
        foreach (Descriptor layer in manifest.Layers)
        {
            bool isEnvelope = layer.MediaType == DsseEnvelope.MediaType;
            bool isBundle = layer.MediaType.StartsWith("application/vnd.dev.sigstore.bundle", StringComparison.Ordinal);
            if (layer.MediaType == InToto.MediaType)
                _unsigned++;
            if (!isEnvelope && !isBundle)
                continue;
            try
            {
                ReadOnlyMemory<byte> content = await ReadAsync(layer, ct).ConfigureAwait(false);
                Judge(referrer, isBundle ? SigstoreBundle.Read(content) : DsseEnvelope.Read(content), image);
            }
            catch (FormatException e)
            {
                Refuse(EngineCodes.AttestationUnreadable, $"the attestation {referrer} of {image} cannot be read: {e.Message}", "whoever wrote it must write it again");
            }
        }
    }

    private void Judge(Digest referrer, DsseEnvelope envelope, Digest image)
    {
        if (!envelope.IsSignedBy(_key))
        {
            Refuse(EngineCodes.SignatureWrong, $"the attestation {referrer} of {image} has no signature of this key: it was signed with another one, or changed afterwards", "verify with the key of whoever signed it");
            return;
        }
        if (envelope.PayloadType != InToto.MediaType)
            throw new FormatException($"what is signed is no statement of in-toto");
        StatementFacts facts = StatementFacts.Read(envelope.Payload);
        if (!facts.IsAbout(image))
            Refuse(EngineCodes.OtherSubject, $"the attestation {referrer} is signed with this key, but is about something else than {image}", "it was put beside an image that it does not belong to: trust neither");
        else if (_statements.Add(Digest.OfBytes(envelope.Payload.Span)))
            _verified.Add(new VerifiedStatement(referrer, facts, envelope.Payload));
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(Descriptor layer, CancellationToken ct)
    {
        if (layer.Size > DsseEnvelope.MaxBytes)
            throw new FormatException($"it has {layer.Size} bytes, and {DsseEnvelope.MaxBytes} are the most that is read");
        byte[] content = new byte[layer.Size];
        Stream stream = await _graph.OpenBlobAsync(layer, ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await stream.ReadExactlyAsync(content, ct).ConfigureAwait(false);
            await stream.CopyToAsync(Stream.Null, ct).ConfigureAwait(false); // the digest is checked at the end
        }
        return content;
    }

    private void Refuse(string code, string message, string hint) => _problems.Add(new Diagnostic(code, Severity.Error, message, Hint: hint));

    private Diagnostic Nothing(Digest image) => new(
        EngineCodes.NotAttested,
        Severity.Error,
        _unsigned > 0 ? $"what is said of {image} in {_graph.Place} is not signed" : $"nothing is said of {image} in {_graph.Place} that could be verified",
        Hint: "build with --sign KEY, which signs the provenance of the image");
}
