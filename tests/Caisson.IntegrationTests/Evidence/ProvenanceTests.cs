using System.Text.Json;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Evidence;

/// <summary>How an image was built, signed and pushed, as others find and verify it.</summary>
public sealed class ProvenanceTests(ScratchStore scratch) : IClassFixture<ScratchStore>
{
    private const string Dockerfile = "FROM scratch\nARG API_TOKEN\nARG TARGETARCH\nCOPY file /$TARGETARCH/file\n";

    [Fact]
    public async Task Oras_finds_it_and_cosign_verifies_it()
    {
        string oras = await DockerEngine.ProgramAsync("oras");
        string cosign = await DockerEngine.ProgramAsync("cosign");
        await using Registry registry = await Registry.StartAsync();
        using Project project = await ProjectAsync();
        string name = $"{registry.Authority}/team/app:1";
        (await project.TryBuildAsync("-t", name, "--push", "--sign", "key.pem", "--platform=linux/amd64,linux/arm64")).Succeeded();

        string found = await Tool.RunAsync(oras, "discover", "--plain-http", "--format", "json", name);
        string[] types = [.. JsonDocument.Parse(found).RootElement.GetProperty("referrers").EnumerateArray().Select(static r => r.GetProperty("artifactType").GetString() ?? "").Order(StringComparer.Ordinal)];
        Assert.Equal(["application/vnd.dev.sigstore.bundle.v0.3+json", "application/vnd.in-toto+json"], types);

        (await CosignAsync(cosign, project, "pub.pem", name)).Succeeded();
        Assert.NotEqual(0, (await CosignAsync(cosign, project, "other.pub.pem", name)).ExitCode);

        // The index, and the image of each platform.
        string index = (await project.TryAsync("verify", "--key", "pub.pem", $"docker://{name}")).Succeeded();
        Assert.Contains("https://slsa.dev/provenance/v1", index, StringComparison.Ordinal);
        string one = (await project.TryAsync("verify", "--key", "pub.pem", "--platform=linux/arm64", "--format=json", $"docker://{name}")).Succeeded();
        string digest = JsonDocument.Parse(one).RootElement.GetProperty("digest").GetString()!; // a text
        Assert.DoesNotContain(digest, index, StringComparison.Ordinal);
        (await CosignAsync(cosign, project, "pub.pem", $"{registry.Authority}/team/app@{digest}")).Succeeded();
    }

    [Fact]
    public async Task The_digest_is_the_same_with_it_and_without_in_every_place()
    {
        await using Registry registry = await Registry.StartAsync();
        using Project project = await ProjectAsync();
        string plain = await IdAsync(project, "-t", "plain:1");
        Assert.Equal(plain, await IdAsync(project, "-t", "said:1", "--provenance", "-o", "type=oci,dest=said.tar", "-o", "type=oci,tar=false,dest=layout", "-o", "type=image"));
        foreach (string place in (string[])["store:said:1", "oci-archive:said.tar", "oci:layout"])
            Assert.Contains("is not signed", (await project.TryAsync("verify", "--key", "pub.pem", place)).Failed(4), StringComparison.Ordinal);

        string name = $"{registry.Authority}/said:1";
        (await project.TryBuildAsync("-t", name, "--sign", "key.pem", "-o", "type=oci,dest=signed.tar", "-o", "type=image", "--push")).Succeeded();
        foreach (string place in (string[])["store:" + name, "oci-archive:signed.tar", "docker://" + name])
            (await project.TryAsync("verify", "--key", "pub.pem", place)).Succeeded();
        Assert.Contains("no signature of this key", (await project.TryAsync("verify", "--key", "other.pub.pem", name)).Failed(4), StringComparison.Ordinal);
        // It comes along when the image is copied.
        (await project.TryAsync("image", "cp", "--quiet", "--referrers", "oci-archive:signed.tar", "oci:copied:1")).Succeeded();
        (await project.TryAsync("verify", "--key", "pub.pem", "oci:copied:1")).Succeeded();
    }

    [Fact]
    public async Task The_same_build_says_the_same_and_no_secret()
    {
        using Project project = await ProjectAsync();
        string[] arguments = ["--provenance=mode=max,reproducible=true", "--build-arg", "API_TOKEN=sesame-open", "--build-arg", "URL=https://joe:pass@host.example/"];
        (await project.TryBuildAsync([.. arguments, "-o", "type=local,dest=one"])).Succeeded();
        (await project.TryBuildAsync([.. arguments, "--no-cache", "-o", "type=local,dest=two", "--metadata-file=meta.json"])).Succeeded();
        string one = await File.ReadAllTextAsync(Path.Combine(project.Path, "one/provenance.json"), TestContext.Current.CancellationToken);
        Assert.Equal(one, await File.ReadAllTextAsync(Path.Combine(project.Path, "two/provenance.json"), TestContext.Current.CancellationToken));
        Assert.DoesNotContain("sesame", one, StringComparison.Ordinal);
        Assert.DoesNotContain("joe", one, StringComparison.Ordinal);
        JsonElement statement = JsonDocument.Parse(one).RootElement;
        Assert.Equal("amd64/file", statement.GetProperty("subject")[0].GetProperty("name").GetString());
        Assert.True(statement.GetProperty("predicate").GetProperty("runDetails").GetProperty("metadata").GetProperty("caisson_hermetic").GetBoolean());
    }

    [Fact]
    public async Task A_signed_statement_of_files_is_verified_by_cosign()
    {
        string cosign = await DockerEngine.ProgramAsync("cosign");
        using Project project = await ProjectAsync();
        (await project.TryBuildAsync("--sign", "key.pem", "--provenance=filename=how.json", "-o", "type=local,dest=out,attestation-prefix=app-")).Succeeded();
        Assert.Equal(["amd64", "app-how.json", "app-how.sigstore.json"], Directory.GetFileSystemEntries(Path.Combine(project.Path, "out")).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        await Tool.RunAsync(cosign, "verify-blob-attestation", "--key", Path.Combine(project.Path, "pub.pem"), "--insecure-ignore-tlog", "--type", "slsaprovenance1", "--bundle", Path.Combine(project.Path, "out/app-how.sigstore.json"), Path.Combine(project.Path, "out/amd64/file"));
    }

    private static Task<Outcome> CosignAsync(string cosign, Project project, string key, string image) =>
        Tool.CaptureAsync(new System.Diagnostics.ProcessStartInfo(cosign, ["verify-attestation", "--key", Path.Combine(project.Path, key), "--type", "slsaprovenance1", "--insecure-ignore-tlog", "--allow-http-registry", image]));

    private static async Task<string> IdAsync(Project project, params string[] arguments) => (await project.TryAsync(["build", "-q", .. arguments, "."])).Succeeded();

    // Images of the same content are one image, and what is said of it is kept with it.
    private async Task<Project> ProjectAsync([System.Runtime.CompilerServices.CallerMemberName] string content = "")
    {
        Project project = new(scratch.Store, Dockerfile);
        project.File("file", content).File(".dockerignore", "*\n!file\n");
        await Tool.ShellAsync(project.Path, "for key in '' other.; do openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ${key}key.pem; openssl pkey -in ${key}key.pem -pubout -out ${key}pub.pem; done");
        return project;
    }
}
