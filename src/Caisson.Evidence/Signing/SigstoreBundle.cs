using System.Collections.Immutable;
using System.Text.Json;

namespace Caisson.Evidence.Signing;

/// <summary>The form in which cosign keeps and reads signed statements.</summary>
/// <remarks>sigstore/protobuf-specs, sigstore_bundle.proto, version 0.3; sigstore/cosign, specs/BUNDLE_SPEC.md. Signed with a key: without certificates and transparency logs.</remarks>
public static class SigstoreBundle
{
    /// <summary>The media type of a bundle, and its artifact type.</summary>
    public const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";

    private const string Extension = ".json";

    /// <summary>Writes one.</summary>
    /// <param name="envelope">What is in it.</param>
    /// <param name="key">What it was signed with.</param>
    public static byte[] Write(DsseEnvelope envelope, VerifyingKey key) => EvidenceJson.Write(json =>
    {
        json.WriteString("mediaType", MediaType);
        json.Object("verificationMaterial", () => json.Object("publicKey", () => json.Text("hint", key.Hint)));
        json.Object("dsseEnvelope", () => envelope.Write(json));
    });

    /// <summary>The envelope in one.</summary>
    /// <exception cref="FormatException">It is none, or holds no envelope.</exception>
    public static DsseEnvelope Read(ReadOnlyMemory<byte> content) => UntrustedJson.Read(content, DsseEnvelope.MaxBytes, static bundle =>
        UntrustedJson.Find(bundle, "dsseEnvelope") is { ValueKind: JsonValueKind.Object } envelope ? DsseEnvelope.Read(envelope) : throw new FormatException("it holds no signed statement"));

    /// <summary>What lists of referrers show of one.</summary>
    internal static ImmutableSortedDictionary<string, string> AnnotationsOf(string predicateType) => ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
        .Add("dev.sigstore.bundle.content", "dsse-envelope")
        .Add("dev.sigstore.bundle.predicateType", predicateType);

    /// <summary>The name of its file beside that of the statement.</summary>
    internal static string FileNameOf(string statement) =>
        (statement.EndsWith(Extension, StringComparison.Ordinal) ? statement[..^Extension.Length] : statement) + ".sigstore.json";
}
