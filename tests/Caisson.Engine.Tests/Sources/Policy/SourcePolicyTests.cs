using System.Collections.Immutable;
using System.Text;
using Caisson.Engine.Sources.Policy;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Sources.Policy;

/// <summary>Policies decide as those of BuildKit do (sourcepolicy/engine_test.go says how), and what is not understood is refused.</summary>
public sealed class SourcePolicyTests
{
    private static SourceIdentifier Image(string name) => SourceIdentifier.Of(Reference.Parse(name), Platform.Parse("linux/amd64"));

    private static SourceIdentifier Get(string address) => SourceIdentifier.Of("GET", new Uri(address));

    private static SourcePolicy Parse(string json, bool allowsByDefault = true) => new(PolicyFile.Read(Encoding.UTF8.GetBytes(json), "p.json"), allowsByDefault);

    private static ImmutableArray<PolicyRule> Read(params string[] rules) => PolicyFile.Read(Encoding.UTF8.GetBytes($$"""{"rules":[{{string.Join(',', rules)}}]}"""), "p.json");

    private static SourcePolicy Rules(params string[] rules) => new(Read(rules), allowsByDefault: true);

    private static string Rule(string action, string identifier, string more = "") => "{\"action\":\"" + action + "\",\"selector\":{\"identifier\":\"" + identifier + "\"" + more + "}}";

    [Fact]
    public void Of_the_rules_that_match_the_last_decides()
    {
        Assert.NotNull(Rules(Rule("ALLOW", "https://a.example/*"), Rule("DENY", "https://a.example/*")).Judge(Get("https://a.example/x")).Denial);
        Assert.Null(Rules(Rule("DENY", "*"), Rule("ALLOW", "https://a.example/*")).Judge(Get("https://a.example/x")).Denial);
        Assert.NotNull(Rules(Rule("DENY", "*"), Rule("ALLOW", "https://a.example/*")).Judge(Get("https://b.example/x")).Denial);
    }

    [Fact]
    public void What_one_policy_denies_no_other_allows()
    {
        ImmutableArray<PolicyRule> others = Read(Rule("ALLOW", "*"));
        SourcePolicy own = new(Read(Rule("DENY", "https://a.example/*")), allowsByDefault: true) { Others = [others] };
        Assert.NotNull(own.Judge(Get("https://a.example/x")).Denial);
        Assert.Null(own.Judge(Get("https://b.example/x")).Denial);
        SourcePolicy theirs = new(others, allowsByDefault: true) { Others = [Read(Rule("DENY", "https://a.example/*"), Rule("ALLOW", "https://a.example/*")), Read(Rule("DENY", "https://b.example/*"))] };
        Assert.Null(theirs.Judge(Get("https://a.example/x")).Denial);
        Assert.NotNull(theirs.Judge(Get("https://b.example/x")).Denial);
        Assert.False(theirs.IsOpen);
        // What one converts, all judge.
        SourcePolicy converting = new(Read(Rule("DENY", "https://a.example/*")), allowsByDefault: true) { Others = [Read("""{"action":"CONVERT","selector":{"identifier":"https://c.example/*"},"updates":{"identifier":"https://a.example/$1"}}""")] };
        Assert.NotNull(converting.Judge(Get("https://c.example/x")).Denial);
        // What no rule of a hermetic build allows, others cannot.
        Assert.NotNull(new SourcePolicy([], allowsByDefault: false) { Others = [others] }.Judge(Get("https://b.example/x")).Denial);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "no rule allows it")]
    public void What_no_rule_matches_is_as_the_build_says(bool allowsByDefault, string? denial) =>
        Assert.Equal(denial, Parse("{}", allowsByDefault).Judge(Get("https://a.example/")).Denial);

    [Theory]
    [InlineData("docker-image://docker.io/library/alpine:*", "alpine:3.22", true)]
    [InlineData("docker-image://docker.io/library/alpine:*", "alpine", true)]
    [InlineData("docker-image://docker.io/library/alpine:*", "alpine-other:1", false)]
    [InlineData("docker-image://docker.io/library/alpine", "alpine:latest", false)]
    [InlineData("docker-image://*", "registry.example/a/b:1", true)]
    public void A_star_stands_for_anything(string identifier, string image, bool matches) =>
        Assert.Equal(matches, Rules(Rule("DENY", identifier)).Judge(Image(image)).Denial is not null);

    [Fact]
    public void A_conversion_is_judged_again()
    {
        SourcePolicy policy = Rules("""{"action":"CONVERT","selector":{"identifier":"https://a.example/*"},"updates":{"identifier":"https://b.example/$1"}}""", Rule("DENY", "https://b.example/secret*"));
        Assert.Equal("https://b.example/file", policy.Judge(Get("https://a.example/file")).Source.Value);
        Assert.Contains("denies https://b.example/secret*", policy.Judge(Get("https://a.example/secret/x")).Denial, StringComparison.Ordinal);
    }

    [Fact]
    public void Conversions_in_a_circle_end() =>
        Assert.Contains("again and again", Rules(
            """{"action":"CONVERT","selector":{"identifier":"https://a.example/*"},"updates":{"identifier":"https://b.example/$1"}}""",
            """{"action":"CONVERT","selector":{"identifier":"https://b.example/*"},"updates":{"identifier":"https://a.example/$1"}}""").Judge(Get("https://a.example/x")).Denial, StringComparison.Ordinal);

    [Fact]
    public void Groups_of_an_expression_go_into_what_it_becomes() =>
        Assert.Equal("docker-image://mirror.example/alpine:3", Rules(
            """{"action":"CONVERT","selector":{"identifier":"^docker-image://docker\\.io/library/([^:]+):(.*)$","matchType":"REGEX"},"updates":{"identifier":"docker-image://mirror.example/${1}:${2}"}}""").Judge(Image("alpine:3")).Source.Value);

    [Fact]
    public void An_image_is_pinned_by_a_conversion()
    {
        string digest = Digest.OfBytes([1]).Value;
        Reference? pinned = Rules("""{"action":"CONVERT","selector":{"identifier":"docker-image://docker.io/library/alpine:latest"},"updates":{"identifier":"docker-image://docker.io/library/alpine:latest@DIGEST"}}""".Replace("DIGEST", digest, StringComparison.Ordinal))
            .Judge(Image("alpine")).Source.Image;
        Assert.Equal(digest, pinned?.Digest?.Value);
    }

    [Theory]
    [InlineData("http.method", "GET", "EQUAL", true)]
    [InlineData("http.method", "POST", "EQUAL", false)]
    [InlineData("http.method", "POST", "NOTEQUAL", true)]
    [InlineData("http.path", "^/debian/", "MATCHES", true)]
    [InlineData("http.host", "a.example", "EQUAL", true)]
    [InlineData("nobody.knows", "", "EQUAL", true)]
    public void Constraints_compare_attributes(string key, string value, string condition, bool matches)
    {
        string rule = Rule("DENY", "*", $$""","constraints":[{"key":"{{key}}","value":"{{value}}","condition":"{{condition}}"}]""");
        Assert.Equal(matches, Rules(rule).Judge(Get("https://a.example/debian/x")).Denial is not null);
    }

    [Theory]
    [InlineData("""{"rules":[{"action":"FORBID","selector":{"identifier":"x"}}]}""", "\"action\" is not one of ALLOW, DENY, CONVERT")]
    [InlineData("""{"rules":[{"selector":{"identifer":"x"}}]}""", "its selector has \"identifer\", which nothing here knows")]
    [InlineData("""{"rules":[{"action":"DENY"}]}""", "it has no selector")]
    [InlineData("""{"rules":[{"action":"CONVERT","selector":{"identifier":"x"}}]}""", "does not say to what")]
    [InlineData("""{"rules":[{"selector":{"identifier":"**"}}]}""", "one star stands for slashes too")]
    [InlineData("""{"rules":[{"selector":{"identifier":"(","matchType":"REGEX"}}]}""", "is no pattern")]
    [InlineData("""{"rules":[{"selector":{"identifier":"x"},"updates":{"attrs":{"tls":"of"}}}]}""", "tls is intercept or tunnel")]
    [InlineData("""{"rules":[{"selector":{"identifier":"x"},"updates":{"attrs":{"http.checksum":"abc"}}}]}""", "\"abc\" is no digest")]
    [InlineData("""{"version":2}""", "its version is not 1")]
    [InlineData("[]", "the policy is no object")]
    public void What_is_not_understood_is_refused(string json, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => PolicyFile.Read(Encoding.UTF8.GetBytes(json), "p.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void Enumerations_may_be_numbers_as_protobuf_writes_them() =>
        Assert.NotNull(Parse("""{"rules":[{"action":1,"selector":{"identifier":"https://a.example/x","match_type":1}}]}""").Judge(Get("https://a.example/x")).Denial);

    [Fact]
    public void Credentials_are_no_part_of_what_is_judged() =>
        Assert.Equal("https://a.example/x", Get("https://user:secret@a.example/x").Value);
}
