using Caisson.Cli.Commands;
using Caisson.Cli.Hosting;
using Caisson.Evidence.Provenance;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Cli.Tests.Usage;

public sealed class EvidenceOptionsTests
{
    [Fact]
    public void Nothing_is_said_unless_it_is_asked_for() => Assert.Equal(new EvidenceRequest(null, null), Read());

    [Theory]
    [InlineData("true")]
    [InlineData("1")]
    public void The_usual_is_said_when_it_is(string value) => Assert.Equal(new ProvenanceOptions(), Read(value).Provenance);

    [Fact]
    public void Each_part_can_be_chosen() => Assert.Equal(
        new ProvenanceOptions { IsMax = true, BuilderId = "https://ci.example/7", FileName = "how.json", IsForImagesOnly = true, Version = ProvenanceVersion.V02, IsReproducible = true },
        Read("mode=max,builder-id=https://ci.example/7,filename=how.json,inline-only=true,version=v0.2,reproducible=true").Provenance);

    [Fact]
    public void The_longer_spelling_is_the_same()
    {
        Assert.Equal(Read("mode=max").Provenance, Read(null, ["type=provenance,mode=max"]).Provenance);
        Assert.Null(Read(null, ["type=provenance,disabled=true"]).Provenance);
        Assert.Null(Read("false", ["type=provenance,mode=max"]).Provenance);
        Assert.True(Read("true", ["type=provenance,mode=max"]).Provenance?.IsMax);
    }

    [Fact]
    public void Who_signs_says_something_to_be_signed()
    {
        EvidenceRequest request = Read(sign: "key.pem");
        Assert.Equal((new ProvenanceOptions(), "key.pem", null), (request.Provenance, request.KeyPath, request.Passphrase));
        Assert.Contains("that is switched off", Refused("false", [], "key.pem"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_passphrase_comes_from_a_file_or_from_the_environment()
    {
        using TempDirectory directory = new();
        File.WriteAllText(directory["pass"], "open sesame\n");
        Assert.Equal("open sesame", Read(sign: $"key=key.pem,passphrase-file={directory["pass"]}").Passphrase);
        Assert.Equal("of the environment", Read(sign: "key=key.pem,passphrase-env=PASS").Passphrase);
        Assert.Contains("the environment has no OTHER", Refused(null, [], "key=key.pem,passphrase-env=OTHER"), StringComparison.Ordinal);
        Assert.Contains("key= is missing", Refused(null, [], "passphrase-env=PASS"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mode=all", "mode=all is neither min nor max")]
    [InlineData("version=2", "version=2 is neither v1 nor v0.2")]
    [InlineData("filename=../x", "filename=../x is no name of a file")]
    [InlineData("filename=", "filename= is no name of a file")]
    [InlineData("colour=red", "\"colour\" is not known here")]
    [InlineData("yes", "is no key=value")]
    public void What_cannot_be_meant_is_refused(string value, string message) => Assert.Contains(message, Refused(value, [], null), StringComparison.Ordinal);

    [Fact]
    public void Other_attestations_are_refused_by_their_type()
    {
        Assert.Contains("\"sbom\" is no type of attestation here", Refused(null, ["type=sbom"], null), StringComparison.Ordinal);
        Assert.Contains("type= is missing", Refused(null, ["mode=max"], null), StringComparison.Ordinal);
    }

    private static EvidenceRequest Read(string? provenance = null, string[]? attestations = null, string? sign = null) => EvidenceOptions.Read(provenance, attestations ?? [], sign, new HostEnvironment
    {
        Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["PASS"] = "of the environment" },
        ProgramPath = "caisson",
        Arguments = [],
        Processors = 1,
        HasTerminal = false,
    });

    private static string Refused(string? provenance, string[] attestations, string? sign) => Assert.Throws<UsageException>(() => Read(provenance, attestations, sign)).Message;
}
