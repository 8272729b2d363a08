using System.Text;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Transfer;

/// <summary>The checker finds what the schemas forbid, and nothing in what we write.</summary>
public sealed class OciSchemaTests
{
    private const string Blob = """{"mediaType":"application/x","size":1,"digest":"sha256:ab"}""";

    [Theory]
    [InlineData("manifest", """{"schemaVersion":2,"config":BLOB,"layers":[BLOB]}""", "")]
    [InlineData("manifest", """{"schemaVersion":1,"config":BLOB,"layers":[BLOB]}""", "$.schemaVersion is no whole number from 2 to 2")]
    [InlineData("manifest", """{"schemaVersion":2,"config":BLOB,"layers":[]}""", "$.layers has fewer than 1 items")]
    [InlineData("manifest", """{"schemaVersion":2,"layers":[BLOB]}""", "$ lacks \"config\"")]
    [InlineData("manifest", """{"schemaVersion":2,"config":BLOB,"layers":[BLOB],"annotations":{"a":1}}""", "$.annotations.a is not a string")]
    [InlineData("index", """{"schemaVersion":2,"manifests":[{"mediaType":"x","size":-1,"digest":"no"}]}""", "$.manifests[0].mediaType is no media type|$.manifests[0].size is no whole number from 0 to 9223372036854775807|$.manifests[0].digest is no digest")]
    [InlineData("index", """{"schemaVersion":2,"manifests":[{"mediaType":"a/b","size":1,"digest":"a:b","platform":{"os":"linux"}}]}""", "$.manifests[0].platform lacks \"architecture\"")]
    [InlineData("config", """{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"config":{"Cmd":null,"Env":["A=b"]}}""", "")]
    [InlineData("config", """{"os":"linux","created":"yesterday","rootfs":{"type":"other","diff_ids":["x"]},"config":{"Env":"A=b"}}""", "$ lacks \"architecture\"|$.created is no date-time|$.config.Env is not a list|$.rootfs.diff_ids[0] is no digest|$.rootfs.type is not \"layers\"")]
    public void The_checker_finds_what_the_schema_forbids(string kind, string json, string expected) =>
        Assert.Equal(expected, string.Join('|', OciSchema.Check($"application/vnd.oci.image.{kind}.v1+json", Encoding.UTF8.GetBytes(json.Replace("BLOB", Blob, StringComparison.Ordinal)))!));

    [Fact]
    public async Task What_sinks_write_keeps_the_schemas()
    {
        using TempDirectory directory = new();
        Image amd64 = TestImages.Create("a", "b");
        Image arm = TestImages.Create(Platform.Parse("linux/arm/v7"), "a");
        OciLayout layout = await OciLayout.CreateAsync(directory["layout"], ct: TestContext.Current.CancellationToken);
        await layout.AddImageAsync(amd64, Reference.Parse("one:1"), TestContext.Current.CancellationToken);
        await layout.AddImageAsync(MultiPlatformImage.Create([amd64, arm]), Reference.Parse("both:1"), TestContext.Current.CancellationToken);
        (IReadOnlyList<string> findings, int documents) = OciSchema.CheckLayout(layout.Path);
        Assert.Empty(findings);
        Assert.Equal(5, documents);
    }
}
