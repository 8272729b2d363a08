using System.Text;
using System.Text.Json;
using Caisson.Cli.Json;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Outlines;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Engine;

namespace Caisson.Cli.Tests.Json;

/// <summary>The shapes that docs/check.md and docs/parse.md describe, which programs rely on.</summary>
public sealed class JsonShapeTests
{
    private const string Checked = "FROM scratch as a\nCMD x\nRNU y\n";

    [Fact]
    public void Findings_have_the_members_of_BuildKit_and_more()
    {
        JsonElement json = Read(CheckJson.Write(ResultOf(Checked)));
        Assert.Equal(["version", "warnings", "buildError", "errors", "sources"], NamesOf(json));
        JsonElement warning = json.GetProperty("warnings")[0];
        Assert.Equal(["ruleName", "description", "url", "detail", "hint", "location"], NamesOf(warning));
        Assert.Equal("FromAsCasing", warning.GetProperty("ruleName").GetString());
        Assert.Equal("https://docs.docker.com/go/dockerfile/rule/from-as-casing/", warning.GetProperty("url").GetString());
        JsonElement range = warning.GetProperty("location").GetProperty("ranges")[0];
        Assert.Equal((1, 13, 14), PlaceOf(range.GetProperty("start")));
        Assert.Equal((1, 15, 16), PlaceOf(range.GetProperty("end")));
        Assert.Equal("CSN1101", json.GetProperty("buildError").GetProperty("code").GetString());
        Assert.Equal(Checked, Encoding.UTF8.GetString(json.GetProperty("sources")[0].GetProperty("data").GetBytesFromBase64()));
    }

    [Fact]
    public void An_outline_has_the_members_of_BuildKit()
    {
        const string Text = "# a is it\nFROM scratch AS a\n# B is b\nARG B=1\nRUN --mount=type=secret,id=k,required --mount=type=ssh --mount=type=cache,target=/c x\n";
        CheckResult result = ResultOf(Text);
        JsonElement json = Read(OutlineJson.Write(Assert.IsType<Outline>(Outline.Of(result.Bound)), result.Parsed.Document.Source));
        Assert.Equal(["name", "description", "args", "secrets", "ssh", "cache", "sources"], NamesOf(json));
        Assert.Equal(["name", "description", "value", "location"], NamesOf(json.GetProperty("args")[0]));
        Assert.True(json.GetProperty("secrets")[0].GetProperty("required").GetBoolean());
        Assert.Equal("default", json.GetProperty("ssh")[0].GetProperty("name").GetString());
        Assert.Equal("/c", json.GetProperty("cache")[0].GetProperty("ID").GetString());
        JsonElement targets = Read(TargetsJson.Write(result.Bound.Stages, result.Parsed.Document.Source));
        Assert.Equal(["name", "default", "description", "base", "location"], NamesOf(targets.GetProperty("targets")[0]));
    }

    [Fact]
    public void The_tree_holds_every_instruction_with_its_places()
    {
        const string Text = """
            # escape=`
            FROM --platform=linux/amd64 a AS b
            # why
            RUN --mount=type=cache,target=/x --network=none a && `
              # inner
              b
            COPY --from=c --exclude=*.md <<-'E' d /e/
            	f
            E
            ADD --checksum=sha256:0 https://example.org/x /
            ENV A=1 B="2 3"
            LABEL c d
            ARG E=f G
            CMD ["x", "y"]
            ENTRYPOINT z
            HEALTHCHECK --interval=90s --retries=3 CMD t
            EXPOSE 80 81/udp
            VOLUME /v
            USER u
            WORKDIR /w
            STOPSIGNAL TERM
            SHELL ["s"]
            MAINTAINER m
            ONBUILD RUN o
            WHAT x
            """;
        JsonElement json = Read(SyntaxJson.Write(DockerfileParser.Parse(new SourceText("Dockerfile", Text))));
        Assert.Equal(["version", "file", "escape", "elements", "diagnostics"], NamesOf(json));
        JsonElement[] elements = [.. json.GetProperty("elements").EnumerateArray()];
        Assert.Equal("directive", elements[0].GetProperty("kind").GetString());
        JsonElement[] instructions = [.. elements.Where(static e => e.GetProperty("kind").GetString() == "instruction")];
        Assert.Equal(
            ["FROM", "RUN", "COPY", "ADD", "ENV", "LABEL", "ARG", "CMD", "ENTRYPOINT", "HEALTHCHECK", "EXPOSE", "VOLUME", "USER", "WORKDIR", "STOPSIGNAL", "SHELL", "MAINTAINER", "ONBUILD", ""],
            instructions.Select(static i => i.GetProperty("instruction").GetString()));
        Assert.All(instructions, i => Assert.Equal(
            i.GetProperty("keyword").GetProperty("text").GetString(),
            Text[i.GetProperty("keyword").GetProperty("start").GetProperty("offset").GetInt32()..i.GetProperty("keyword").GetProperty("end").GetProperty("offset").GetInt32()]));
        Assert.Equal("target", instructions[1].GetProperty("mounts")[0].GetProperty("options")[1].GetProperty("name").GetString());
        Assert.Equal("inner", instructions[1].GetProperty("comments")[0].GetProperty("text").GetString());
        Assert.Equal("f\n", instructions[2].GetProperty("heredocs")[0].GetProperty("content").GetString());
        Assert.Equal(90, instructions[9].GetProperty("intervalSeconds").GetDouble());
        Assert.Equal("RUN", instructions[17].GetProperty("trigger").GetProperty("instruction").GetString());
        Assert.Equal("CSN1101", json.GetProperty("diagnostics")[0].GetProperty("code").GetString());
    }

    private static CheckResult ResultOf(string text)
    {
        ParsedDockerfile parsed = DockerfileParser.Parse(new SourceText("Dockerfile", text));
        BoundDockerfile bound = Binder.Bind(parsed.Document);
        return new CheckResult(parsed, bound, Linter.Default.Run(bound));
    }

    private static JsonElement Read(string json) => JsonDocument.Parse(json).RootElement;

    private static IEnumerable<string> NamesOf(JsonElement json) => json.EnumerateObject().Select(static p => p.Name);

    private static (int Line, int Character, int Column) PlaceOf(JsonElement position) =>
        (position.GetProperty("line").GetInt32(), position.GetProperty("character").GetInt32(), position.GetProperty("column").GetInt32());
}
