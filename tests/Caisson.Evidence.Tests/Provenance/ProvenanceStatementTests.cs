using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Caisson.Engine;
using Caisson.Evidence.Provenance;
using Caisson.Evidence.Tests.Testing;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Evidence.Tests.Provenance;

public sealed class ProvenanceStatementTests
{
    private static readonly ProvenanceOptions Same = new() { IsReproducible = true };

    [Fact]
    public void A_statement_names_what_was_built_and_all_that_it_was_made_of()
    {
        string digest = Samples.Image.Descriptor.Digest.Hex;
        string expected = $$$"""
            {"_type":"https://in-toto.io/Statement/v1",
            "subject":[{"name":"pkg:docker/team/app@1?platform=linux%2Famd64","digest":{"sha256":"{{{digest}}}"}}],
            "predicateType":"https://slsa.dev/provenance/v1",
            "predicate":{
            "buildDefinition":{
            "buildType":"urn:caisson:build:v1",
            "externalParameters":{"dockerfile":"Dockerfile","target":"app","platforms":["linux/amd64"],"buildArguments":{"API_TOKEN":"***","VERSION":"1.4.2"},"contexts":{"context":"."}},
            "internalParameters":{"caisson":"0.1.0","builderPlatform":"{{{PlaceAccess.MachinePlatform}}}","network":"default","timestamps":"clamp"},
            "resolvedDependencies":[
            {"name":"dockerfile","uri":"Dockerfile","digest":{"sha256":"{{{Samples.Inputs.Dockerfile!.Digest.Hex}}}"}},
            {"name":"context","uri":".","digest":{"caissonTree":"{{{Hex('c')}}}"}},
            {"uri":"pkg:docker/alpine@3.22?platform=linux%2Famd64","digest":{"sha256":"{{{Hex('a')}}}"}},
            {"uri":"https://files.example/tool.tar.gz","digest":{"sha256":"{{{Hex('f')}}}"}},
            {"uri":"git+https://git.example/team/lib.git@refs/heads/main","digest":{"gitCommit":"{{{new string('9', 40)}}}"}},
            {"uri":"http://packages.example/Release","digest":{"sha256":"{{{Hex('e')}}}"},"annotations":{"method":"GET","status":"200","step":"[2/3] RUN apt-get install curl"}},
            {"uri":"pkg:deb/debian/curl@8.1?arch=amd64","digest":{"sha256":"{{{Hex('d')}}}"},"downloadLocation":"http://packages.example/pool/curl.deb","annotations":{"method":"GET","status":"200","step":"[2/3] RUN apt-get install curl"}}
            ]},
            "runDetails":{"builder":{"id":"urn:caisson:builder:local","version":{"caisson":"0.1.0"}},
            "metadata":{"caisson_hermetic":true,"caisson_reproducible":false}}
            }
            }
            """.Replace("\n", "", StringComparison.Ordinal);
        Assert.Equal(expected, Encoding.UTF8.GetString(Samples.Statement(Same)));
    }

    // Where a daemon keeps them says nothing to anybody, and is another place each time.
    [Fact]
    public void Files_that_come_from_elsewhere_are_named_as_whoever_has_them_does()
    {
        BuildRequest request = Samples.Request with
        {
            Context = BuildContext.FromDirectory("/var/lib/caisson/clients/1"),
            NamedContexts = ImmutableDictionary<string, string>.Empty.Add("lib", "/var/lib/caisson/clients/2"),
            ContextFiles = new Elsewhere(),
        };
        JsonElement statement = JsonDocument.Parse(ProvenanceStatement.Write(new ProvenanceFacts(request, Same, "0.1.0"), Samples.Result())).RootElement;
        Assert.Equal("{\"context\":\"client:context\",\"lib\":\"https://lib.example/\"}", statement.GetProperty("predicate").GetProperty("buildDefinition").GetProperty("externalParameters").GetProperty("contexts").GetRawText());
    }

    [Fact]
    public void The_same_build_gives_the_same_bytes_when_its_name_and_times_are_left_out()
    {
        ProvenanceFacts facts = new(Samples.Request, Same with { IsMax = true }, "0.1.0");
        byte[] later = ProvenanceStatement.Write(facts, Samples.Result(Samples.Inputs with { Network = [.. Samples.Inputs.Network.Reverse()] }) with { Started = Samples.Started.AddDays(3), Finished = Samples.Started.AddDays(4) });
        Assert.Equal(ProvenanceStatement.Write(facts, Samples.Result()), later);
    }

    [Fact]
    public void Without_that_it_says_which_build_it_was_and_when()
    {
        JsonElement metadata = Run(Samples.Statement(new ProvenanceOptions())).GetProperty("metadata");
        Assert.Equal("1lg52ovs", metadata.GetProperty("invocationId").GetString());
        Assert.Equal("2026-11-22T08:00:00Z", metadata.GetProperty("startedOn").GetString());
        Assert.Equal("2026-11-22T08:01:30Z", metadata.GetProperty("finishedOn").GetString());
    }

    [Fact]
    public void What_is_not_shown_is_not_said_and_the_reason_is()
    {
        BuildStep open = Samples.Inputs.Steps[3] with { Network = "default", Unrecorded = ["the network", "the cache mount go-build"] };
        JsonElement metadata = Run(Samples.Statement(new ProvenanceOptions(), Samples.Inputs with { IsHermetic = false, Steps = [open] })).GetProperty("metadata");
        Assert.False(metadata.GetProperty("caisson_hermetic").GetBoolean());
        Assert.Equal(["the cache mount go-build", "the network"], metadata.GetProperty("caisson_unrecorded").EnumerateArray().Select(static u => u.GetString()));

        JsonElement shown = Run(Samples.Statement(new ProvenanceOptions(), Samples.Inputs with { IsReproduced = true })).GetProperty("metadata");
        Assert.True(shown.GetProperty("caisson_reproducible").GetBoolean());
        Assert.False(shown.TryGetProperty("caisson_unrecorded", out _));
    }

    [Fact]
    public void In_full_it_has_the_steps_and_the_text_of_the_Dockerfile()
    {
        JsonElement definition = Predicate(Samples.Statement(new ProvenanceOptions { IsMax = true })).GetProperty("buildDefinition");
        JsonElement step = definition.GetProperty("internalParameters").GetProperty("steps")[3];
        Assert.Equal("run", step.GetProperty("kind").GetString());
        Assert.Equal("none", step.GetProperty("network").GetString());
        Assert.Equal(2, step.GetProperty("inputs")[0].GetInt32());
        Assert.Equal(Samples.Dockerfile, Encoding.UTF8.GetString(definition.GetProperty("resolvedDependencies")[0].GetProperty("content").GetBytesFromBase64()));
    }

    [Fact]
    public void The_earlier_version_has_the_same_in_its_own_words()
    {
        JsonElement statement = JsonDocument.Parse(Samples.Statement(new ProvenanceOptions { Version = ProvenanceVersion.V02, BuilderId = "https://ci.example/7" })).RootElement;
        Assert.Equal("https://slsa.dev/provenance/v0.2", statement.GetProperty("predicateType").GetString());
        JsonElement predicate = statement.GetProperty("predicate");
        Assert.Equal("https://ci.example/7", predicate.GetProperty("builder").GetProperty("id").GetString());
        Assert.Equal("Dockerfile", predicate.GetProperty("invocation").GetProperty("configSource").GetProperty("entryPoint").GetString());
        Assert.Equal(7, predicate.GetProperty("materials").GetArrayLength());
        Assert.Equal("1lg52ovs", predicate.GetProperty("metadata").GetProperty("buildInvocationID").GetString());
        Assert.True(predicate.GetProperty("metadata").GetProperty("completeness").GetProperty("materials").GetBoolean());
    }

    [Fact]
    public void No_secret_is_in_what_was_asked_for()
    {
        BuildRequest request = Samples.Request with
        {
            Target = "app-sesame-open",
            Arguments = Samples.Request.Arguments.Add("API_TOKEN", "sesame-open"),
            NamedContexts = Samples.Request.NamedContexts.Add("lib", "https://joe:pass@git.example/sesame-open.git"),
            Labels = Samples.Request.Labels.Add("x", "sesame-open"),
        };
        string statement = Encoding.UTF8.GetString(ProvenanceStatement.Write(new ProvenanceFacts(request, Same, "0.1.0"), Samples.Result()));
        Assert.DoesNotContain("sesame", statement, StringComparison.Ordinal);
        Assert.DoesNotContain("joe", statement, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_are_no_text_do_not_break_it()
    {
        BuildInputs hostile = Samples.Inputs with { Contexts = [new ContextInput("context", "a\ud800b\u0000\"<script>", Samples.Digest('c'))] };
        JsonElement dependency = Predicate(Samples.Statement(Same, hostile)).GetProperty("buildDefinition").GetProperty("resolvedDependencies")[1];
        Assert.Equal("a\ufffdb\u0000\"<script>", dependency.GetProperty("uri").GetString());
    }

    [Theory]
    [InlineData("registry.example:5000/team/base:1.2", "pkg:docker/registry.example%3A5000/team/base@1.2?platform=linux%2Farm%2Fv7")]
    [InlineData("alpine", "pkg:docker/alpine?digest=sha256:{0}&platform=linux%2Farm%2Fv7")]
    [InlineData("oci-layout.invalid/image", "pkg:oci/image@sha256%3A{0}?platform=linux%2Farm%2Fv7")]
    public void Images_go_by_package_URLs(string name, string expected)
    {
        ImageInput image = new(Reference.Parse(name), Samples.Digest('a'), Platform.Parse("linux/arm/v7"));
        JsonElement dependency = Predicate(Samples.Statement(Same, Samples.Inputs with { Images = [image] })).GetProperty("buildDefinition").GetProperty("resolvedDependencies")[2];
        Assert.Equal(expected.Replace("{0}", Hex('a'), StringComparison.Ordinal), dependency.GetProperty("uri").GetString());
    }

    private static string Hex(char digit) => new(digit, 64);

    private static JsonElement Predicate(byte[] statement) => JsonDocument.Parse(statement).RootElement.GetProperty("predicate");

    private static JsonElement Run(byte[] statement) => Predicate(statement).GetProperty("runDetails");

    private sealed class Elsewhere : IContextFiles
    {
        public GivenFile? FindIgnore(string context) => null;

        public string LocationOf(string context) => context == "lib" ? "https://user:password@lib.example/" : "client:" + context;

        public Task FillAsync(string context, ImmutableArray<string> excludes, ImmutableArray<string> paths, Action<FileStatus, Digest> written, CancellationToken ct) => Task.CompletedTask;
    }
}
