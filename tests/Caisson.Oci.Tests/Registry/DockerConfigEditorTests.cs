using System.Text.Json.Nodes;
using Caisson.Oci.Registry;

namespace Caisson.Oci.Tests.Registry;

public sealed class DockerConfigEditorTests
{
    private static readonly RegistryCredential.Password Secret = new("me", "hunter2");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_set_is_found_again()
    {
        DockerConfigEditor editor = DockerConfigEditor.Parse(null);
        editor.Set(DockerConfigEditor.KeyOf("a.example:5000"), Secret);
        editor.Set(DockerConfigEditor.KeyOf("docker.io"), Secret);
        DockerConfigCredentials read = DockerConfigCredentials.Parse(editor.ToText(), static (_, _) => throw new InvalidOperationException());
        Assert.Equal(Secret, await read.GetAsync("a.example:5000", "x", Ct));
        Assert.Equal(Secret, await read.GetAsync("docker.io", "library/x", Ct));
        Assert.Equal(["a.example:5000", "https://index.docker.io/v1/"], editor.Keys);
    }

    [Fact]
    public void Everything_else_in_the_file_stays_as_it_is()
    {
        const string Config = """{"psFormat":"table é <x>","auths":{"b":{"auth":"eDp5","email":"x@y"}},"proxies":{"default":{"n":[1,2.50]}},"plugins":null}""";
        DockerConfigEditor editor = DockerConfigEditor.Parse(Config);
        editor.Set("a", Secret);
        Assert.True(editor.Remove("a"));
        Assert.False(editor.Remove("a"));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Config), JsonNode.Parse(editor.ToText())));
        Assert.Contains("\n\t\"psFormat\": \"table é <x>\"", editor.ToText(), StringComparison.Ordinal);
        Assert.Contains("2.50", editor.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_login_takes_the_place_of_an_identity_token()
    {
        DockerConfigEditor editor = DockerConfigEditor.Parse("""{"auths":{"a":{"identitytoken":"old"}}}""");
        editor.Set("a", Secret);
        Assert.DoesNotContain("old", editor.ToText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.example", "https://a.example")]
    [InlineData("a.example", "http://A.example/v2/")]
    [InlineData("docker.io", "index.docker.io")]
    [InlineData("docker.io", "docker.io")]
    public async Task A_login_and_a_logout_are_for_a_registry_however_its_key_is_spelled(string registry, string spelled)
    {
        DockerConfigEditor editor = DockerConfigEditor.Parse($$"""{"auths":{"{{spelled}}":{"identitytoken":"old"},"{{registry}}/team":{"identitytoken":"part"} } }""");
        string key = DockerConfigEditor.KeyOf(registry);
        editor.Set(key, Secret);
        Assert.Equal([registry + "/team", key], editor.Keys);
        Assert.Equal(Secret, await DockerConfigCredentials.Parse(editor.ToText(), static (_, _) => throw new InvalidOperationException()).GetAsync(registry, null, Ct));
        Assert.True(DockerConfigEditor.Parse($$"""{"auths":{"{{spelled}}":{"identitytoken":"old"} } }""").Remove(key));
        Assert.True(editor.Remove(spelled));
        Assert.Equal([registry + "/team"], editor.Keys);
    }

    [Fact]
    public void A_file_that_says_null_is_an_empty_one()
    {
        DockerConfigEditor editor = DockerConfigEditor.Parse("null");
        editor.Set("a", Secret);
        Assert.Equal(["a"], editor.Keys);
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"credsStore":"pass"}""", "pass")]
    [InlineData("""{"credsStore":"pass","credHelpers":{"a":"own"}}""", "own")]
    [InlineData("""{"credHelpers":{"https://a/v2/":"own"}}""", "own")]
    [InlineData("""{"credHelpers":{"b":"own"}}""", null)]
    public void The_helper_of_a_host_goes_before_the_one_for_all(string config, string? helper) =>
        Assert.Equal(helper, DockerConfigEditor.Parse(config).HelperOf("a"));

    [Fact]
    public void A_helper_whose_name_is_a_path_is_refused() =>
        Assert.Throws<FormatException>(() => DockerConfigEditor.Parse("""{"credsStore":"../evil"}""").HelperOf("a"));

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"auths\":[]}")]
    [InlineData("hunter2")]
    public void A_file_of_another_kind_is_left_alone(string text)
    {
        FormatException e = Assert.Throws<FormatException>(() => DockerConfigEditor.Parse(text));
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
    }
}
