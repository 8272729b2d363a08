using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Caisson.Engine.Exporting;
using Caisson.Evidence.Provenance;
using Caisson.Evidence.Signing;
using Caisson.Evidence.Tests.Testing;
using Caisson.Evidence.Verification;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;
using Caisson.Oci.Transfer;

namespace Caisson.Evidence.Tests.Verification;

/// <summary>Verification of what stands beside an image in a layout.</summary>
public sealed class ImageVerificationTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private TempDirectory _keys = null!;
    private SigningKey _key = null!;
    private OciLayout _layout = null!;

    private static Image Image => Samples.Image;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _keys = await Samples.KeysAsync();
        _key = SigningKey.Open(_keys["key.pem"], passphrase: null);
        _layout = await OciLayout.CreateAsync(_directory["layout"], ct: Ct);
        await _layout.AddImageAsync(Image, Reference.Parse("app:1"), Ct);
    }

    public ValueTask DisposeAsync()
    {
        _key.Dispose();
        _keys.Dispose();
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_was_signed_is_verified_once_however_it_is_kept()
    {
        await AttestAsync(_key);
        (ImmutableArray<VerifiedStatement> verified, ImmutableArray<Diagnostic> problems) = await VerifyAsync();
        Assert.Empty(problems);
        VerifiedStatement only = Assert.Single(verified);
        Assert.Equal(InToto.ProvenanceV1, only.Facts.PredicateType);
        Assert.Equal(ProvenanceOptions.LocalBuilder, only.Facts.Builder);
        Assert.True(only.Facts.IsHermetic);
        Assert.False(only.Facts.IsReproducible);
        Assert.Equal(7, only.Facts.MaterialCount);
    }

    [Fact]
    public async Task Nothing_is_verified_where_nothing_is_said_or_nothing_is_signed()
    {
        Assert.Contains("nothing is said of", (await RefusedAsync("CSN2152"))[0].Message, StringComparison.Ordinal);
        await AttestAsync(key: null);
        Assert.Contains("is not signed", (await RefusedAsync("CSN2152"))[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_key_verifies_nothing()
    {
        using TempDirectory others = await Samples.KeysAsync();
        using SigningKey other = SigningKey.Open(others["key.pem"], passphrase: null);
        await AttestAsync(other);
        Assert.Equal(2, (await RefusedAsync("CSN2153")).Length);
        // What others say too does no harm.
        await AttestAsync(_key);
        (ImmutableArray<VerifiedStatement> verified, ImmutableArray<Diagnostic> problems) = await VerifyAsync();
        Assert.Single(verified);
        Assert.Equal(2, problems.Length);
    }

    [Fact]
    public async Task A_changed_byte_of_what_is_signed_is_found()
    {
        DsseEnvelope envelope = DsseEnvelope.Sign(InToto.MediaType, Samples.Statement(new ProvenanceOptions()), _key);
        byte[] changed = envelope.Payload.ToArray();
        changed[^10] ^= 1;
        await AddAsync((envelope with { Payload = changed }).Write());
        await RefusedAsync("CSN2153");
    }

    [Fact]
    public async Task A_changed_byte_of_the_file_is_found()
    {
        await AttestAsync(_key);
        string blob = Directory.GetFiles(_directory["layout/blobs/sha256"]).First(static f => File.ReadAllText(f).StartsWith("""{"payload":""", StringComparison.Ordinal));
        byte[] content = await File.ReadAllBytesAsync(blob, Ct);
        content[20] ^= 1;
        await File.WriteAllBytesAsync(blob, content, Ct);
        await Assert.ThrowsAnyAsync<InvalidImageException>(VerifyAsync);
    }

    [Fact]
    public async Task What_is_said_of_another_image_is_not_taken_for_this_one()
    {
        AttestedResult other = Samples.Result() with { Subjects = [new AttestedSubject("pkg:docker/other", Samples.Digest('7'))] };
        byte[] statement = ProvenanceStatement.Write(new ProvenanceFacts(Samples.Request, new ProvenanceOptions(), "0.1.0"), other);
        await AddAsync(DsseEnvelope.Sign(InToto.MediaType, statement, _key).Write());
        Diagnostic[] problems = await RefusedAsync("CSN2154");
        Assert.Contains("is about something else", problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_is_told_of()
    {
        await AddAsync("{}"u8.ToArray());
        await AddAsync(DsseEnvelope.Sign("text/html", "<script>"u8.ToArray(), _key).Write());
        Assert.Equal(2, (await RefusedAsync("CSN2155")).Length);
    }

    private async Task AttestAsync(SigningKey? key)
    {
        ProvenanceAttester attester = new(new ProvenanceFacts(Samples.Request, new ProvenanceOptions(), "0.1.0"), key);
        foreach (Attestation said in await attester.AttestAsync(Samples.Result(), Ct))
            await _layout.AddReferrerAsync(Referrer.Create(Image.Descriptor, said.ArtifactType, said.MediaType, said.Content, said.Annotations), Ct);
    }

    private Task AddAsync(byte[] envelope) => _layout.AddReferrerAsync(Referrer.Create(Image.Descriptor, InToto.MediaType, DsseEnvelope.MediaType, envelope, annotations: null), Ct);

    private async Task<(ImmutableArray<VerifiedStatement> Verified, ImmutableArray<Diagnostic> Problems)> VerifyAsync()
    {
        ImageGraph graph = await GraphReader.ReadAsync(new LayoutGraphSource(_layout, "app:1", "the layout"), new GraphReading { WithReferrers = true }, Ct);
        using VerifyingKey key = VerifyingKey.Open(_keys["pub.pem"]);
        return await ImageVerification.VerifyAsync(graph, graph.Root.Digest, key, Ct);
    }

    private async Task<Diagnostic[]> RefusedAsync(string code)
    {
        BuildException refused = await Assert.ThrowsAsync<BuildException>(VerifyAsync);
        Assert.All(refused.Diagnostics, d => Assert.Equal(code, d.Code));
        return [.. refused.Diagnostics];
    }
}
