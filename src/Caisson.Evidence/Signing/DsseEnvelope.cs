using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Caisson.Evidence.Signing;

/// <summary>A signed text with its type.</summary>
/// <remarks>DSSE v1.0: secure-systems-lab/dsse, protocol.md and envelope.md.</remarks>
public sealed record DsseEnvelope
{
    /// <summary>The media type of an envelope.</summary>
    public const string MediaType = "application/vnd.dsse.envelope.v1+json";

    /// <summary>The largest envelope that is read.</summary>
    public const int MaxBytes = 64 << 20;

    private const int MaxSignatures = 64;

    /// <summary>The type of what is signed.</summary>
    public required string PayloadType { get; init; }

    /// <summary>What is signed, byte for byte.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The signatures, of whichever keys.</summary>
    public required ImmutableArray<ReadOnlyMemory<byte>> Signatures { get; init; }

    /// <summary>Signs a text.</summary>
    public static DsseEnvelope Sign(string payloadType, ReadOnlyMemory<byte> payload, SigningKey key) =>
        new() { PayloadType = payloadType, Payload = payload, Signatures = [key.Sign(Encode(payloadType, payload.Span))] };

    /// <summary>Whether one of the signatures is of a key.</summary>
    public bool IsSignedBy(VerifyingKey key)
    {
        byte[] signed = Encode(PayloadType, Payload.Span);
        return Signatures.Any(s => key.Verifies(signed, s.Span));
    }

    /// <summary>Writes it.</summary>
    public byte[] Write() => EvidenceJson.Write(Write);

    /// <summary>Writes its fields.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteBase64String("payload", Payload.Span);
        json.Text("payloadType", PayloadType);
        json.Objects("signatures", Signatures, signature => json.WriteBase64String("sig", signature.Span));
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static DsseEnvelope Read(ReadOnlyMemory<byte> content) => UntrustedJson.Read(content, MaxBytes, Read);

    /// <summary>Reads one that stands in something else.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    internal static DsseEnvelope Read(JsonElement envelope)
    {
        ImmutableArray<ReadOnlyMemory<byte>>.Builder signatures = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        foreach (JsonElement signature in UntrustedJson.Items(envelope, "signatures"))
        {
            if (signatures.Count == MaxSignatures)
                throw new FormatException($"there are more than {MaxSignatures} signatures");
            signatures.Add(Decode(UntrustedJson.Text(signature, "sig"), "signature"));
        }
        return new DsseEnvelope
        {
            PayloadType = UntrustedJson.Text(envelope, "payloadType"),
            Payload = Decode(UntrustedJson.Text(envelope, "payload"), "payload"),
            Signatures = signatures.ToImmutable(),
        };
    }

    // What is signed: the "pre-authentication encoding".
    internal static byte[] Encode(string payloadType, ReadOnlySpan<byte> payload)
    {
        byte[] head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {Encoding.UTF8.GetByteCount(payloadType)} {payloadType} {payload.Length} "));
        return [.. head, .. payload];
    }

    // The standard alphabet or that for addresses, as the specification allows.
    private static byte[] Decode(string text, string what)
    {
        try
        {
            return text.AsSpan().ContainsAny('-', '_') ? Base64Url.DecodeFromChars(text) : Convert.FromBase64String(text);
        }
        catch (FormatException e)
        {
            throw new FormatException($"the {what} is no Base64", e);
        }
    }
}
