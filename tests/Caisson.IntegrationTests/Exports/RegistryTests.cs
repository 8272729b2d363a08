using System.Security.Cryptography;
using System.Text;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Exports;

/// <summary>Images on their way to a real registry and back.</summary>
public sealed class RegistryTests(ScratchStore scratch) : IClassFixture<ScratchStore>
{
    private const string Dockerfile = "FROM scratch\nCOPY file /\nENV A=b\n";

    [Theory]
    [InlineData("--push")]
    [InlineData("--output=type=image,push=true")]
    [InlineData("--output=type=registry")]
    public async Task An_image_that_was_pushed_is_pulled_with_the_same_digest(string option)
    {
        await using Registry registry = await Registry.StartAsync();
        string name = $"{registry.Authority}/team/app:1";
        using Project project = new(scratch.Store, Dockerfile);
        (await project.File("file", option).TryBuildAsync("-t", name, option, "--metadata-file=metadata.json")).Succeeded();
        string digest = (await Tool.RunAsync("skopeo", "inspect", "--tls-verify=false", "--format={{.Digest}}", "docker://" + name)).Trim();
        using ScratchStore other = new();
        Assert.Equal($"{name}@{digest}", await other.Store.RunAsync("pull", name));
        Assert.Equal(digest, await other.Store.RunAsync("inspect", "--show=digest", name));
        Assert.Contains(digest, await File.ReadAllTextAsync(Path.Combine(project.Path, "metadata.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_pushed_has_the_form_of_the_output_and_is_what_the_metadata_name()
    {
        await using Registry registry = await Registry.StartAsync();
        string name = $"{registry.Authority}/team/app:1";
        using Project project = new(scratch.Store, Dockerfile);
        (await project.File("file", "form").TryBuildAsync("-t", name, "--output=type=oci,dest=app.tar", "--output=type=image,compression=uncompressed", "--push", "--metadata-file=metadata.json")).Succeeded();
        string manifest = await Tool.RunAsync("skopeo", "inspect", "--tls-verify=false", "--raw", "docker://" + name);
        Assert.Contains("\"application/vnd.oci.image.layer.v1.tar\"", manifest, StringComparison.Ordinal);
        string digest = (await Tool.RunAsync("skopeo", "inspect", "--tls-verify=false", "--format={{.Digest}}", "docker://" + name)).Trim();
        Assert.Equal(digest, await scratch.Store.RunAsync("inspect", "--show=digest", name));
        Assert.Contains(digest, await File.ReadAllTextAsync(Path.Combine(project.Path, "metadata.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_for_several_platforms_is_pulled_whole_or_in_part()
    {
        await using Registry registry = await Registry.StartAsync();
        string name = $"{registry.Authority}/team/several:1";
        using Project project = new(scratch.Store, "FROM scratch\nARG TARGETARCH\nCOPY file /$TARGETARCH/\n");
        (await project.File("file", "several").TryBuildAsync("-t", name, "--platform=linux/amd64,linux/arm64,linux/arm/v7", "--push")).Succeeded();
        string index = await Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", "docker://" + name);
        string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(index)));
        using ScratchStore other = new();
        Assert.Equal($"{name}@{digest}", await other.Store.RunAsync("pull", "--all-platforms", name));
        foreach (string platform in (string[])["linux/amd64", "linux/arm64", "linux/arm/v7"])
            Assert.Contains(platform, await other.Store.RunAsync("images"), StringComparison.Ordinal);
        string two = await other.Store.RunAsync("pull", "--platform=linux/arm64,linux/arm/v7", name);
        Assert.NotEqual($"{name}@{digest}", two);
        Assert.DoesNotContain("linux/amd64", await other.Store.RunAsync("images"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_is_pushed_under_another_name_and_is_a_base_by_its_digest()
    {
        await using Registry registry = await Registry.StartAsync();
        using Project project = new(scratch.Store, Dockerfile);
        (await project.File("file", "another").TryBuildAsync("-t", "local-name")).Succeeded();
        string pushed = await scratch.Store.RunAsync("push", "local-name", $"{registry.Authority}/other/name:2");
        Assert.Equal($"{registry.Authority}/other/name:2@{await scratch.Store.RunAsync("inspect", "--show=digest", "local-name")}", pushed);

        using ScratchStore other = new();
        using Project upon = new(other.Store, $"FROM {pushed}\nCOPY second /\n");
        (await upon.File("second").TryBuildAsync("-o", "type=local,dest=out")).Succeeded();
        Assert.Equal("another", await File.ReadAllTextAsync(Path.Combine(upon.Path, "out", "file"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_registry_with_a_password_and_a_certificate_of_its_own_is_used()
    {
        RegistryProtection protection = new();
        await using Registry registry = await Registry.StartAsync(protection);
        using Project project = new(scratch.Store, Dockerfile);
        string certificate = protection.WriteCertificate(Path.Combine(project.Path, "ca.pem"));
        string auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RegistryProtection.User}:{RegistryProtection.Password}"));
        project.File("file", "protected").File("docker/config.json", $$$"""{"auths": {"{{{registry.Authority}}}": {"auth": "{{{auth}}}"} } }""");
        System.Diagnostics.ProcessStartInfo start = project.Start(
            "build", "--progress=plain", "--registry-ca", $"{registry.Authority}={certificate}", "-t", $"{registry.Authority}/app:1", "--push", ".");
        start.Environment["DOCKER_CONFIG"] = Path.Combine(project.Path, "docker");
        (await Tool.CaptureAsync(start)).Succeeded();
        string digest = await Tool.RunAsync(
            "skopeo", "inspect", "--tls-verify=false", $"--creds={RegistryProtection.User}:{RegistryProtection.Password}", "--format={{.Digest}}", $"docker://{registry.Authority}/app:1");
        Assert.Equal(await scratch.Store.RunAsync("inspect", "--show=digest", $"{registry.Authority}/app:1"), digest.Trim());
    }
}
