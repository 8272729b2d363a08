using Caisson.Oci.Registry;

namespace Caisson.Oci.Tests.Registry;

public sealed class DockerConfigCredentialsTests
{
    // "builder:open:sesame"
    private const string Auth = "YnVpbGRlcjpvcGVuOnNlc2FtZQ==";
    private static readonly RegistryCredential.Password Builder = new("builder", "open:sesame");

    private readonly List<string> _asked = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("registry.example:5000", "registry.example:5000")]
    [InlineData("https://registry.example:5000", "registry.example:5000")]
    [InlineData("https://registry.example:5000/v1/", "registry.example:5000")]
    [InlineData("http://registry.example/v2/", "registry.example")]
    [InlineData("https://index.docker.io/v1/", "docker.io")]
    [InlineData("docker.io", "docker.io")]
    public async Task A_login_is_found_however_its_key_is_spelled(string key, string host) =>
        Assert.Equal(Builder, await GetAsync($$"""{"auths":{"{{key}}":{"auth":"{{Auth}}"} } }""", host));

    [Theory]
    [InlineData("registry.example/team")]
    [InlineData("other.example")]
    [InlineData("registry.example:5000")]
    [InlineData("https://registry.example.evil")]
    public async Task A_login_for_something_else_is_not_used(string key) =>
        Assert.Null(await GetAsync($$"""{"auths":{"{{key}}":{"auth":"{{Auth}}"} } }""", "registry.example"));

    [Fact]
    public async Task Tokens_and_plain_fields_are_understood()
    {
        const string Config = """
            {"auths":{
              "a":{"identitytoken":"id","auth":"MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwOg=="},
              "b":{"registrytoken":"rt"},
              "c":{"username":"u","password":"p"},
              "d":{}}, "HttpHeaders":{"User-Agent":"x"}, "currentContext":"default"}
            """;
        Assert.Equal(new RegistryCredential.IdentityToken("id"), await GetAsync(Config, "a"));
        Assert.Equal(new RegistryCredential.AccessToken("rt"), await GetAsync(Config, "b"));
        Assert.Equal(new RegistryCredential.Password("u", "p"), await GetAsync(Config, "c"));
        Assert.Null(await GetAsync(Config, "d"));
        Assert.Null(await GetAsync(Config, "e"));
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task The_helper_for_a_host_comes_before_the_store_and_the_store_before_the_file()
    {
        const string Config = """{"credsStore":"store","credHelpers":{"cloud.example":"cloud"},"auths":{"cloud.example":{"auth":"eDp5"},"docker.io":{"auth":"eDp5"},"none.example":{"auth":"eDp5"}}}""";
        Assert.Equal(new RegistryCredential.Password("u", "p"), await GetAsync(Config, "cloud.example"));
        Assert.Equal(new RegistryCredential.Password("u", "p"), await GetAsync(Config, "docker.io"));
        Assert.Equal(new RegistryCredential.Password("x", "y"), await GetAsync(Config, "none.example"));
        Assert.Equal(["cloud cloud.example", "store https://index.docker.io/v1/", "store none.example"], _asked);
    }

    [Theory]
    [InlineData("team/inner/app", "inner")]
    [InlineData("team/app", "team")]
    [InlineData("teams/app", "all")]
    [InlineData(null, "all")]
    public async Task A_login_for_a_part_of_a_registry_is_for_the_repositories_below_it(string? repository, string user)
    {
        const string Config = """{"auths":{"a:5000":{"username":"all"},"a:5000/team":{"username":"team"},"a:5000/team/inner":{"username":"inner"}}}""";
        Assert.Equal(new RegistryCredential.Password(user, ""), await GetAsync(Config, "a:5000", repository));
    }

    [Fact]
    public async Task The_first_of_several_places_that_has_a_credential_counts()
    {
        CredentialChain chain = new([Parse("""{"auths":{"a":{"username":"one"}}}"""), Parse("""{"auths":{"a":{"username":"two"},"b":{"username":"two"}}}""")]);
        Assert.Equal(new RegistryCredential.Password("one", ""), await chain.GetAsync("a", null, Ct));
        Assert.Equal(new RegistryCredential.Password("two", ""), await chain.GetAsync("b", null, Ct));
        Assert.Null(await chain.GetAsync("c", null, Ct));

        DockerConfigCredentials Parse(string config) => DockerConfigCredentials.Parse(config, RunAsync);
    }

    [Fact]
    public async Task A_helper_may_give_an_identity_token() =>
        Assert.Equal(new RegistryCredential.IdentityToken("id"), await GetAsync("""{"credsStore":"store"}""", "token.example"));

    [Theory]
    [InlineData("fails.example", "no credentials for fails.example: docker-credential-store failed with exit code 3")]
    [InlineData("garbage.example", "no credentials for garbage.example: docker-credential-store printed something that is no credential")]
    public async Task A_helper_that_fails_is_an_error_that_quotes_nothing_of_its_output(string host, string message)
    {
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => GetAsync("""{"credsStore":"store"}""", host));
        Assert.Equal(message, e.Message);
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_helper_whose_name_is_a_path_is_not_run()
    {
        await Assert.ThrowsAsync<RegistryException>(() => GetAsync("""{"credsStore":"../../tmp/evil"}""", "a.example"));
        Assert.Empty(_asked);
    }

    [Theory]
    [InlineData("{\"auths\":")]
    [InlineData("[]")]
    [InlineData("{\"auths\":{\"hunter2\":3}}")]
    public void A_file_that_is_not_a_configuration_is_an_error_that_quotes_nothing(string text)
    {
        FormatException e = Assert.Throws<FormatException>(() => DockerConfigCredentials.Parse(text, RunAsync));
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_auth_that_is_not_base64_is_an_error_for_that_host_alone()
    {
        const string Config = """{"auths":{"a":{"auth":"%%hunter2"},"b":{"auth":"eDp5"}}}""";
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => GetAsync(Config, "a"));
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
        Assert.Equal(new RegistryCredential.Password("x", "y"), await GetAsync(Config, "b"));
    }

    private Task<RegistryCredential?> GetAsync(string config, string host, string? repository = null) => DockerConfigCredentials.Parse(config, RunAsync).GetAsync(host, repository, Ct);

    private Task<CredentialHelperResult> RunAsync(CredentialHelperRequest request, CancellationToken ct)
    {
        _asked.Add($"{request.Name} {request.Input}");
        return Task.FromResult(request.Input switch
        {
            "none.example" => new CredentialHelperResult(1, "credentials not found in native keychain\n"),
            "fails.example" => new CredentialHelperResult(3, "hunter2"),
            "garbage.example" => new CredentialHelperResult(0, "hunter2"),
            "token.example" => new CredentialHelperResult(0, """{"ServerURL":"token.example","Username":"<token>","Secret":"id"}"""),
            _ => new CredentialHelperResult(0, """{"ServerURL":"x","Username":"u","Secret":"p"}"""),
        });
    }
}
