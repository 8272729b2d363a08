using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.RemoteCaching;

/// <summary>A cache never fails a build.</summary>
public sealed class BrokenCacheTests : SharingTests
{
    private const string Dockerfile = "FROM box:1\nCOPY in /in\nRUN cat /in > /one\nRUN cat /one > /two\n";

    [Fact]
    public async Task A_cache_that_is_not_there_is_a_warning() => await AssertBuiltAsync("CSN2120", "done");

    [Fact]
    public async Task A_directory_that_is_no_layout_is_a_warning()
    {
        Directory.CreateDirectory(Shared);
        await System.IO.File.WriteAllTextAsync(Path.Combine(Shared, "index.json"), "{}", Ct);
        await AssertBuiltAsync("CSN2122", "done");
    }

    [Fact]
    public async Task A_damaged_document_is_a_warning()
    {
        await WriteAsync();
        Damage(Blobs().Single(static b => IsDocument(b)));
        await AssertBuiltAsync("CSN2122", "done");
    }

    [Fact]
    public async Task A_document_without_the_blob_of_a_layer_is_a_warning()
    {
        await WriteAsync();
        string text = await System.IO.File.ReadAllTextAsync(Blobs().Single(static b => IsDocument(b)), Ct);
        string own = text[text.IndexOf("\"caisson\"", StringComparison.Ordinal)..];
        string blob = own[own.IndexOf("\"blob\":{", StringComparison.Ordinal)..];
        await ReplaceDocumentAsync(text.Replace(blob[..(blob.IndexOf('}', StringComparison.Ordinal) + 2)], "", StringComparison.Ordinal));
        await AssertBuiltAsync("CSN2122", "done");
    }

    [Fact]
    public async Task A_cache_of_another_builder_holds_nothing()
    {
        OciLayout layout = await OciLayout.CreateAsync(Shared, options: null, Ct);
        byte[] document = "{\"layers\":[],\"records\":[]}"u8.ToArray();
        Descriptor config = Descriptor.Of("application/vnd.buildkit.cacheconfig.v0", document);
        byte[] manifest = OciJson.Write(new ImageManifest { SchemaVersion = 2, MediaType = MediaTypes.OciManifest, Config = config, Layers = [] });
        await layout.AddBlobAsync(config, new MemoryStream(document), Ct);
        await layout.AddBlobAsync(Descriptor.Of(MediaTypes.OciManifest, manifest), new MemoryStream(manifest), Ct);
        await layout.TagByRefNameAsync(Descriptor.Of(MediaTypes.OciManifest, manifest), "latest", Ct);
        await AssertBuiltAsync("CSN2121", "done");
    }

    [Fact]
    public async Task Layers_that_are_gone_are_made_again()
    {
        await WriteAsync();
        foreach (string blob in Blobs().Where(static b => !IsDocument(b) && !IsManifest(b)))
            System.IO.File.Delete(blob);
        await AssertBuiltAsync("CSN2123", "done");
    }

    [Fact]
    public async Task Layers_that_are_damaged_are_made_again()
    {
        await WriteAsync();
        foreach (string blob in Blobs().Where(static b => !IsDocument(b) && !IsManifest(b)))
            Damage(blob);
        await AssertBuiltAsync("CSN2123", "done");
    }

    // The blob is whole and has its digest, but holds something else than the cache says.
    [Fact]
    public async Task A_cache_that_lies_about_the_content_of_a_layer_is_not_believed()
    {
        await WriteAsync();
        string document = Blobs().Single(static b => IsDocument(b));
        string text = await System.IO.File.ReadAllTextAsync(document, Ct);
        string content = text.Split("\"content\":\"sha256:")[1][..64];
        await ReplaceDocumentAsync(text.Replace(content, new string('0', 64), StringComparison.Ordinal));
        await AssertBuiltAsync("CSN2123", "done", "RUN cat /two > /three\n");
    }

    [Fact]
    public async Task An_export_that_fails_is_an_error_unless_it_may_fail()
    {
        A.Context.File("in", "A");
        await System.IO.File.WriteAllTextAsync(Shared, "a file, no directory", Ct);
        Caisson.Dockerfile.Source.Diagnostic failure = await A.FailAsync(Dockerfile, r => r with { CacheExports = [new CacheExport(Place)] });
        Assert.Equal("CSN2124", failure.Code);
        Built built = await A.BuildAsync(Dockerfile, r => r with { CacheExports = [new CacheExport(Place) { IgnoresErrors = true }] });
        Assert.Equal("CSN2124", Assert.Single(built.Events.OfType<BuildEvent.Warning>()).Diagnostic.Code);
    }

    private async Task WriteAsync()
    {
        File("in", "A");
        await ExportAsync(Dockerfile);
    }

    private async Task AssertBuiltAsync(string code, string ending, string more = "")
    {
        File("in", "A");
        Built first = await A.BuildAsync(Dockerfile + more);
        Built built = await ImportAsync(Dockerfile + more);
        Assert.Contains(code, built.Events.OfType<BuildEvent.Warning>().Select(static w => w.Diagnostic.Code));
        // No step of the Dockerfile is seen to fail.
        HashSet<Digest> steps = [.. built.Events.OfType<BuildEvent.StepStarted>().Where(static e => e.Number > 0).Select(static e => e.Step)];
        Assert.DoesNotContain(built.Events, e => e is BuildEvent.StepFailed { Step: var failed } && steps.Contains(failed));
        Assert.EndsWith(ending, built.Steps[^1], StringComparison.Ordinal);
        Assert.Equal(first.Digest, built.Digest);
    }

    private string[] Blobs() => Directory.GetFiles(Path.Combine(Shared, "blobs", "sha256"));

    private static bool IsDocument(string blob) => System.IO.File.ReadAllText(blob).StartsWith("{\"layers\":", StringComparison.Ordinal);

    private static bool IsManifest(string blob) => System.IO.File.ReadAllText(blob).StartsWith("{\"schemaVersion\":", StringComparison.Ordinal);

    private static void Damage(string blob)
    {
        byte[] bytes = System.IO.File.ReadAllBytes(blob);
        bytes[bytes.Length / 2] ^= 1;
        System.IO.File.WriteAllBytes(blob, bytes);
    }

    private async Task ReplaceDocumentAsync(string text)
    {
        OciLayout layout = await OciLayout.OpenAsync(Shared, options: null, Ct);
        ImageManifest old = OciJson.ReadManifest(await System.IO.File.ReadAllBytesAsync(Blobs().Single(static b => IsManifest(b)), Ct));
        byte[] document = System.Text.Encoding.UTF8.GetBytes(text);
        Descriptor config = Descriptor.Of(old.Config.MediaType, document);
        byte[] manifest = OciJson.Write(old with { Config = config });
        await layout.AddBlobAsync(config, new MemoryStream(document), Ct);
        await layout.AddBlobAsync(Descriptor.Of(MediaTypes.OciManifest, manifest), new MemoryStream(manifest), Ct);
        await layout.TagByRefNameAsync(Descriptor.Of(MediaTypes.OciManifest, manifest), "latest", Ct);
    }
}
