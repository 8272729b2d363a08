using Caisson.Oci.Registry;
using Caisson.Oci.Toml;

namespace Caisson.Oci.Tests.Registry;

public sealed class RegistryConfigurationTests
{
    [Fact]
    public void A_file_of_podmans_is_understood()
    {
        const string File = """
            # what podman reads too
            unqualified-search-registries = ["docker.io", 'quay.example']
            short-name-mode = "enforcing"

            [[registry]]
            prefix = "registry.example/team"   # a part
            location = "inner.example:5000/copies"
            insecure = true

            [[registry.mirror]]
            location = "near.example/copies"
            pull-from-mirror = "digest-only"
            [[registry.mirror]]
            location = "far.example"
            insecure = true

            [[registry]]
            location = "bad.example"
            blocked = true

            [[ registry ]]
            "prefix" = "*.lan"
            insecure = true

            [aliases]
            "busybox" = "docker.io/library/busybox"
            """;
        RegistryConfiguration read = RegistryConfiguration.Parse(File);
        Assert.Equal(["registry.example/team", "bad.example", "*.lan"], read.Settings.Rules.Select(static r => r.Prefix));
        Assert.Equal("inner.example:5000/copies", read.Settings.Rules[0].Location);
        Assert.Equal([new RegistryMirror("near.example/copies", PullFrom.DigestOnly), new RegistryMirror("far.example")], read.Settings.Rules[0].Mirrors);
        Assert.True(read.Settings.Rules[1].IsBlocked);
        Assert.Equal(["inner.example:5000", "far.example", "*.lan"], read.Hosts.Where(static h => h.IsInsecure).Select(static h => h.Host));
    }

    [Fact]
    public void Certificates_are_of_the_host_that_is_really_spoken_to()
    {
        RegistryConfiguration read = RegistryConfiguration.Parse("[[registry]]\nprefix=\"a.example\"\nlocation=\"b.example:1\"\nca='ca.pem'\ncerts-dir=\"/c\"");
        Assert.Equal([new RegistryHostSettings("b.example:1") { AuthorityFile = "ca.pem", CertificateDirectory = "/c" }], read.Hosts);
    }

    [Fact]
    public void The_registrys_own_word_on_digests_is_for_all_its_mirrors()
    {
        RegistryConfiguration read = RegistryConfiguration.Parse("[[registry]]\nlocation=\"a.example\"\nmirror-by-digest-only=true\n[[registry.mirror]]\nlocation=\"b.example\"");
        Assert.Equal(PullFrom.DigestOnly, Assert.Single(read.Settings.Rules[0].Mirrors).PullFrom);
    }

    [Theory]
    [InlineData("[[registry]]\nprefix = \"a.example\"\nblocked = yes", 3, 11, "this is no TOML: Unexpected token `yes` for a value")]
    [InlineData("[[registry]]\nblocked = true", 1, 1, "a [[registry]] needs a prefix or a location")]
    [InlineData("[[registry]]\nlocation = \"a b\"", 2, 12, "\"a b\" is no host[:port][/path]")]
    [InlineData("[[registry]]\nlocation = \"https://a.example\"", 2, 12, "\"https://a.example\" is no host[:port][/path]")]
    [InlineData("[[registry]]\nlocation = \"a.example\"\nblocked = \"true\"", 3, 11, "\"blocked\" is true or false")]
    [InlineData("[[registry]]\nlocation = 5", 2, 12, "\"location\" needs a text in quotes")]
    [InlineData("[[registry]]\nlocation = \"a.example\"\nmirrors = []", 3, 1, "\"mirrors\" is not known here; there are prefix, location, insecure, blocked, mirror-by-digest-only, ca, certs-dir")]
    [InlineData("[registry]\nlocation = \"a.example\"", 1, 1, "write [[registry]] in double brackets: there can be several")]
    [InlineData("[[registries]]", 1, 1, "there is no table \"registries\"; write [[registry]] or [[registry.mirror]]")]
    [InlineData("[[registry.mirror]]\nlocation = \"a.example\"", 1, 1, "a [[registry.mirror]] belongs to the [[registry]] above it; there is none")]
    [InlineData("[[registry]]\nlocation=\"a.example\"\n[[registry]]\nprefix=\"A.example\"", 3, 1, "there are two [[registry]] for A.example")]
    [InlineData("[[registry]]\nlocation=\"a.example\"\n[[registry.mirror]]\nlocation=\"b.example\"\npull-from-mirror=\"never\"", 5, 18, "write all, digest-only or tag-only")]
    [InlineData("[[registry]]\nprefix=\"*.a.example\"\nca=\"x\"", 1, 1, "certificates are for one host; a prefix with * stands for many")]
    public void A_mistake_is_named_with_its_place(string text, int line, int column, string message)
    {
        TomlException e = Assert.Throws<TomlException>(() => RegistryConfiguration.Parse(text));
        Assert.Equal((line, column, message), (e.Line, e.Column, e.Message));
    }

    [Fact]
    public void Whatever_the_text_reading_it_ends()
    {
        Random random = new(5);
        const string Alphabet = "[]\"'=#.\\\n\t {},a1-_*:/é";
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            try
            {
                RegistryConfiguration.Parse(text);
            }
            catch (TomlException)
            {
            }
        }
        Assert.Throws<TomlException>(() => RegistryConfiguration.Parse("x = " + new string('[', 100_000)));
        Assert.Throws<TomlException>(() => RegistryConfiguration.Parse(new string('#', 2 << 20)));
    }
}
