using System.Text;
using System.Text.Json;
using Caisson.Engine;
using Caisson.Evidence.Provenance;
using Caisson.Evidence.Signing;
using Caisson.Evidence.Tests.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Evidence.Tests.Signing;

public sealed class SigningTests
{
    [Fact]
    public void What_is_signed_is_the_encoding_of_the_specification() =>
        Assert.Equal("DSSEv1 29 http://example.com/HelloWorld 11 hello world", Encoding.UTF8.GetString(DsseEnvelope.Encode("http://example.com/HelloWorld", "hello world"u8)));

    [Fact]
    public async Task OpenSSL_verifies_what_was_signed()
    {
        using TempDirectory keys = await Samples.KeysAsync();
        using SigningKey key = SigningKey.Open(keys["key.pem"], passphrase: null);
        byte[] statement = Samples.Statement(new ProvenanceOptions());
        JsonElement envelope = JsonDocument.Parse(DsseEnvelope.Sign(InToto.MediaType, statement, key).Write()).RootElement;
        Assert.Equal("application/vnd.in-toto+json", envelope.GetProperty("payloadType").GetString());
        Assert.Equal(statement, envelope.GetProperty("payload").GetBytesFromBase64());

        // As somebody would who has nothing of ours.
        string head = $"DSSEv1 28 application/vnd.in-toto+json {statement.Length} ";
        await File.WriteAllBytesAsync(keys["signed"], [.. Encoding.UTF8.GetBytes(head), .. statement], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(keys["signature"], envelope.GetProperty("signatures")[0].GetProperty("sig").GetBytesFromBase64(), TestContext.Current.CancellationToken);
        Assert.Contains("Verified OK", await Tool.RunAsync("openssl", "dgst", "-sha256", "-verify", keys["pub.pem"], "-signature", keys["signature"], keys["signed"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_OpenSSL_signed_is_verified()
    {
        using TempDirectory keys = await Samples.KeysAsync();
        await File.WriteAllBytesAsync(keys["signed"], DsseEnvelope.Encode("text/plain", "hello"u8), TestContext.Current.CancellationToken);
        await Tool.RunAsync("openssl", "dgst", "-sha256", "-sign", keys["key.pem"], "-out", keys["signature"], keys["signed"]);
        using VerifyingKey key = VerifyingKey.Open(keys["pub.pem"]);
        string signature = Convert.ToBase64String(await File.ReadAllBytesAsync(keys["signature"], TestContext.Current.CancellationToken));
        DsseEnvelope envelope = DsseEnvelope.Read(Encoding.UTF8.GetBytes($$"""{"payload":"aGVsbG8=","payloadType":"text/plain","signatures":[{"sig":"AAAA"},{"keyid":"x","sig":"{{signature}}"}]}"""));
        Assert.True(envelope.IsSignedBy(key));
        Assert.False((envelope with { Payload = "hellO"u8.ToArray() }).IsSignedBy(key));
        Assert.False((envelope with { PayloadType = "text/html" }).IsSignedBy(key));
    }

    [Fact]
    public async Task An_encrypted_key_opens_with_its_passphrase_alone()
    {
        using TempDirectory keys = await Samples.KeysAsync("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-aes256", "-pass", "pass:secret");
        using (SigningKey key = SigningKey.Open(keys["key.pem"], "secret"))
        using (VerifyingKey half = VerifyingKey.Open(keys["pub.pem"]))
            Assert.True(DsseEnvelope.Sign("text/plain", "hello"u8.ToArray(), key).IsSignedBy(half));
        Assert.Contains("no passphrase was given", Refused(keys["key.pem"], null), StringComparison.Ordinal);
        Assert.Contains("the passphrase is wrong", Refused(keys["key.pem"], "guess"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_other_kinds_are_refused_by_their_names()
    {
        using TempDirectory ed25519 = await Samples.KeysAsync("-algorithm", "ED25519");
        Assert.Contains("an Ed25519 key, which .NET 10 cannot sign or verify with", Refused(ed25519["key.pem"], null), StringComparison.Ordinal);
        Assert.Contains("an Ed25519 key", RefusedPublic(ed25519["pub.pem"]), StringComparison.Ordinal);
        using TempDirectory rsa = await Samples.KeysAsync("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
        Assert.Contains("an RSA key", Refused(rsa["key.pem"], null), StringComparison.Ordinal);
        using TempDirectory p384 = await Samples.KeysAsync("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384");
        Assert.Contains("P-256 is the one that is used", Refused(p384["key.pem"], null), StringComparison.Ordinal);
        Assert.Contains("it is a private key, and a public one verifies", RefusedPublic(p384["key.pem"]), StringComparison.Ordinal);
        Assert.Contains("it is a public key, and a private one signs", Refused(p384["pub.pem"], null), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_no_keys_are_refused()
    {
        using TempDirectory directory = new();
        File.WriteAllText(directory["text"], "hello");
        File.WriteAllText(directory["broken"], "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n");
        File.WriteAllText(directory["large"], new string('x', 100_000));
        Assert.Contains("it is not in PEM", Refused(directory["text"], null), StringComparison.Ordinal);
        Assert.Contains("it is no private key of ECDSA", Refused(directory["broken"], null), StringComparison.Ordinal);
        Assert.Contains("it has more than", Refused(directory["large"], null), StringComparison.Ordinal);
        Assert.Contains("Could not find file", Refused(directory["missing"], null), StringComparison.Ordinal);
    }

    private static string Refused(string path, string? passphrase)
    {
        BuildException refused = Assert.Throws<BuildException>(() => SigningKey.Open(path, passphrase));
        Assert.Equal("CSN2151", refused.Code);
        return refused.Message;
    }

    private static string RefusedPublic(string path)
    {
        BuildException refused = Assert.Throws<BuildException>(() => VerifyingKey.Open(path));
        Assert.Equal("CSN2151", refused.Code);
        return refused.Message;
    }
}
