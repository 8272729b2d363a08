using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Binding;

public sealed class BinderTests
{
    private static string Show(ContentSource? source) => source switch
    {
        ContentSource.BuildContext => "context",
        ContentSource.Scratch => "scratch",
        ContentSource.Stage stage => $"stage {stage.Value.Index}",
        ContentSource.Image image => $"image {image.Reference}",
        ContentSource.NamedContext named => $"named {named.Name}",
        _ => "-",
    };

    private static BindingOptions Given(params (string Name, string Value)[] arguments) =>
        new() { Arguments = arguments.ToImmutableDictionary(static a => a.Name, static a => a.Value) };

    private static Diagnostic Error(string text, BindingOptions? options = null) => Assert.Single(Texts.Bind(text, options).Diagnostics, static d => d.IsError);

    [Theory]
    [InlineData("FROM scratch", "scratch")]
    [InlineData("FROM alpine:3", "image alpine:3")]
    [InlineData("FROM alpine AS a\nFROM a", "stage 0")]
    [InlineData("FROM alpine AS a\nFROM A", "stage 0")]
    [InlineData("FROM alpine AS a\nFROM debian AS a\nFROM a", "stage 1")]
    [InlineData("FROM alpine AS alpine", "image alpine")]
    [InlineData("FROM a AS scratch\nFROM scratch", "stage 0")]
    [InlineData("ARG V=3\nFROM alpine:$V", "image alpine:3")]
    [InlineData("ARG V=3\nARG I=alpine:${V%.*}\nFROM $I", "image alpine:3")]
    [InlineData("ARG S=base\nFROM alpine AS base\nFROM $S", "stage 0")]
    [InlineData("FROM --platform=$TARGETPLATFORM localhost:5000/x@sha256:00", "image localhost:5000/x@sha256:00")]
    public void The_base_of_the_last_stage_is_resolved(string text, string expected)
    {
        BoundDockerfile bound = Texts.Bind(text);
        Assert.False(bound.HasErrors);
        Assert.Equal(expected, Show(bound.Stages[^1].Base));
    }

    [Theory]
    [InlineData("COPY a b", "context")]
    [InlineData("ADD a b", "context")]
    [InlineData("COPY --from=one a b", "stage 0")]
    [InlineData("COPY --from=ONE a b", "stage 0")]
    [InlineData("COPY --from=0 a b", "stage 0")]
    [InlineData("COPY --from=1 a b", "stage 1")]
    [InlineData("COPY --from=scratch a b", "scratch")]
    [InlineData("COPY --from=nginx a b", "image nginx")]
    [InlineData("COPY --from=registry.example/x:1 a b", "image registry.example/x:1")]
    [InlineData("COPY --from=extra a b", "named extra")]
    [InlineData("COPY --from=extra:latest a b", "named extra")]
    public void The_source_of_a_copy_is_resolved(string instruction, string expected)
    {
        BoundDockerfile bound = Texts.Bind($"FROM alpine AS one\nFROM alpine\nFROM alpine\n{instruction}", new BindingOptions { NamedContexts = ["extra"] });
        Assert.False(bound.HasErrors);
        Assert.Equal(expected, Show(bound.Target!.Instructions[0].Source));
    }

    [Theory]
    [InlineData("type=bind,target=/x", "-")]
    [InlineData("from=one,target=/x", "stage 0")]
    [InlineData("type=cache,from=0,target=/x", "stage 0")]
    [InlineData("from=golang:1,target=/x", "image golang:1")]
    [InlineData("from=extra,target=/x", "named extra")]
    public void The_source_of_a_mount_is_resolved(string mount, string expected)
    {
        BoundDockerfile bound = Texts.Bind($"FROM alpine AS one\nFROM alpine\nRUN --mount={mount} ls", new BindingOptions { NamedContexts = ["extra"] });
        Assert.False(bound.HasErrors);
        Assert.Equal(expected, Show(Assert.Single(bound.Target!.Instructions[0].MountSources)));
    }

    [Theory]
    [InlineData("alpine", "FROM alpine", "named alpine")]
    [InlineData("alpine", "FROM alpine:latest", "named alpine")]
    [InlineData("alpine", "FROM docker.io/library/alpine", "named alpine")]
    [InlineData("docker.io/library/alpine:latest", "FROM alpine", "named docker.io/library/alpine:latest")]
    [InlineData("alpine", "FROM alpine:3", "image alpine:3")]
    [InlineData("alpine:3", "FROM alpine:3", "named alpine:3")]
    [InlineData("alpine::linux/arm64", "FROM --platform=linux/arm64 alpine", "named alpine::linux/arm64")]
    [InlineData("alpine::linux/arm64", "FROM alpine", "image alpine")]
    [InlineData("scratch", "FROM scratch", "scratch")]
    [InlineData("my/image", "FROM my/image", "named my/image")]
    public void A_named_context_takes_the_place_of_an_image(string context, string text, string expected) =>
        Assert.Equal(expected, Show(Texts.Bind(text, new BindingOptions { NamedContexts = [context] }).Stages[0].Base));

    [Fact]
    public void A_named_context_takes_the_place_of_a_stage()
    {
        BoundDockerfile bound = Texts.Bind("FROM nowhere AS deps\nCOPY a b\nFROM scratch\nCOPY --from=deps x y", new BindingOptions { NamedContexts = ["deps"] });
        Assert.True(bound.Stages[0].IsReplaced);
        Assert.Empty(bound.Stages[0].Instructions);
        Assert.Equal("named deps", Show(bound.Stages[0].Base));
        Assert.Equal("stage 0", Show(bound.Stages[1].Instructions[0].Source));
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData("one", 0)]
    [InlineData("ONE", 0)]
    [InlineData("two", 1)]
    [InlineData("2", 2)]
    public void The_target_is_a_name_a_number_or_the_last_stage(string? target, int expected) =>
        Assert.Equal(expected, Texts.Bind("FROM a AS one\nFROM b AS two\nFROM c", new BindingOptions { Target = target }).Target!.Index);

    [Fact]
    public void An_unknown_target_is_an_error_with_a_suggestion()
    {
        BoundDockerfile bound = Texts.Bind("FROM a AS builder", new BindingOptions { Target = "bilder" });
        Assert.Null(bound.Target);
        Assert.Empty(bound.Needed);
        Assert.Equal("did you mean \"builder\"?", Assert.Single(bound.Diagnostics).Hint);
    }

    [Fact]
    public void Only_what_the_target_needs_is_needed()
    {
        BoundDockerfile bound = Texts.Bind("""
            FROM alpine AS base
            FROM base AS client
            FROM base AS server
            FROM scratch AS unused
            FROM scratch AS tools
            FROM server
            RUN --mount=from=tools,target=/t ls
            """);
        Assert.Equal([0, 2, 4, 5], bound.Needed.Select(static s => s.Index));
        Assert.Equal(["base", "server", "tools", "stage-5"], bound.Needed.Select(static s => s.ToString()));
        Assert.Equal([2, 4], bound.Target!.Dependencies.Select(static s => s.Index));
    }

    [Fact]
    public void Triggers_of_the_base_stage_come_first_and_need_stages_too()
    {
        BoundDockerfile bound = Texts.Bind("""
            FROM scratch AS files
            FROM scratch AS base
            ONBUILD COPY --from=files /a /b
            ONBUILD RUN make
            FROM base AS app
            USER x
            FROM app
            """, new BindingOptions { Target = "app" });
        BoundStage app = bound.Target!;
        Assert.Equal([InstructionKind.Copy, InstructionKind.Run], app.Triggers.Select(static t => t.Syntax.Kind));
        Assert.All(app.Triggers, static t => Assert.True(t.IsTrigger));
        Assert.Equal([0, 1, 2], bound.Needed.Select(static s => s.Index));
        Assert.Empty(bound.Stages[3].Triggers);
    }

    [Fact]
    public void Triggers_of_a_base_image_are_bound_on_request()
    {
        BoundDockerfile bound = Texts.Bind("FROM scratch AS files\nFROM onbuild-image:1");
        BoundTriggers triggers = bound.BindTriggers(bound.Stages[1], ["COPY --from=files a b", "RUN <<E\nhi\nE"]);
        Assert.False(triggers.HasErrors);
        Assert.Equal("stage 0", Show(triggers.Instructions[0].Source));
        Assert.Equal([bound.Stages[0]], triggers.Stages);
        Assert.Equal([0, 1], BoundStage.Closure(triggers.Stages.Append(bound.Target!)).Select(static s => s.Index));
    }

    [Theory]
    [InlineData("FROM scratch", "none of FROM, ONBUILD and MAINTAINER")]
    [InlineData("RUN a\nRUN b", "a trigger is one instruction")]
    [InlineData("BOGUS", "unknown instruction \"BOGUS\"")]
    [InlineData("COPY --from=later a b", "the stage \"later\" is not above \"stage-0\"")]
    public void Triggers_that_cannot_be_executed_are_errors(string trigger, string message)
    {
        BoundDockerfile bound = Texts.Bind("FROM image:1\nFROM scratch AS later");
        BoundTriggers triggers = bound.BindTriggers(bound.Stages[0], [trigger]);
        string expected = message.Replace("a trigger", "an ONBUILD trigger", StringComparison.Ordinal);
        Assert.Contains(triggers.Diagnostics, d => d.Message.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("BUILDPLATFORM", "linux/amd64")]
    [InlineData("BUILDOS", "linux")]
    [InlineData("BUILDARCH", "amd64")]
    [InlineData("BUILDVARIANT", "")]
    [InlineData("TARGETPLATFORM", "linux/arm/v7")]
    [InlineData("TARGETOS", "linux")]
    [InlineData("TARGETOSVERSION", "")]
    [InlineData("TARGETARCH", "arm")]
    [InlineData("TARGETVARIANT", "v7")]
    [InlineData("TARGETSTAGE", "app")]
    public void Platforms_are_predefined_arguments(string name, string expected)
    {
        BoundDockerfile bound = Texts.Bind("FROM scratch AS app", new BindingOptions { Platforms = new("linux/amd64", "linux/arm/v7") });
        Assert.True(bound.GlobalArguments.TryGet(name, out string? value));
        Assert.Equal(expected, value);
    }

    [Fact]
    public void The_version_of_an_operating_system_stands_in_parentheses()
    {
        VariableSet global = Texts.Bind("FROM scratch", new BindingOptions { Platforms = new("windows(10.0.1)/amd64", "windows(10.0.2)/amd64") }).GlobalArguments;
        string[] expected = ["BUILDPLATFORM=windows/amd64", "BUILDOSVERSION=10.0.1", "TARGETPLATFORM=windows(10.0.2)/amd64", "TARGETOSVERSION=10.0.2", "TARGETOS=windows", "TARGETSTAGE=default"];
        Assert.All(expected, e => Assert.Contains(e, global.ToEnvironment()));
    }

    [Theory]
    [InlineData("ARG A=1\nFROM x:$A", "x:1")]
    [InlineData("ARG A=1\nARG A=2\nFROM x:$A", "x:2")]
    [InlineData("ARG A=1\nARG B=${A}b\nFROM x:$B", "x:1b")]
    [InlineData("ARG A=1 B=${A}b\nFROM x:$B", "x:1b")]
    [InlineData("ARG GIVEN\nFROM x:$GIVEN", "x:g")]
    [InlineData("ARG GIVEN=default\nFROM x:$GIVEN", "x:g")]
    [InlineData("ARG GIVEN=${broken\nFROM x:$GIVEN", "x:g")]
    [InlineData("ARG A\nFROM x:${A:-d}", "x:d")]
    [InlineData("FROM x:${GIVEN:-d}", "x:d")]
    [InlineData("ARG TARGETARCH=mine\nFROM x:$TARGETARCH", "x:mine")]
    [InlineData("ARG TARGETARCH\nFROM x:$TARGETARCH", "x:amd64")]
    public void Global_arguments_take_given_values_before_defaults(string text, string expected) =>
        Assert.Equal(expected, Texts.Bind(text, Given(("GIVEN", "g"))).Stages[0].BaseName);

    [Fact]
    public void A_given_value_replaces_a_predefined_one() =>
        Assert.Equal("x:s390x", Texts.Bind("FROM x:$TARGETARCH", Given(("TARGETARCH", "s390x"))).Stages[0].BaseName);

    [Theory]
    [InlineData("bas", "base")]
    [InlineData("Bas", "base")]
    [InlineData("basee", "base")]
    [InlineData("bsae", "base")]
    public void A_bare_name_near_a_stage_is_that_stage_misspelled(string written, string meant) =>
        Assert.Equal($"did you mean \"{meant}\" (line 1)?", Error($"FROM golang:1 AS base\nFROM {written}").Hint);

    [Theory]
    [InlineData("bas:1")]
    [InlineData("x/bas")]
    [InlineData("bas@sha256:00")]
    [InlineData("bash")]
    [InlineData("something")]
    public void Other_names_are_images(string written) => Assert.False(Texts.Bind($"FROM golang:1 AS base\nFROM {written}").HasErrors);

    [Fact]
    public void An_image_that_exists_is_no_misspelling()
    {
        BindingOptions options = new() { ImageExists = static name => name == "bas" };
        Assert.False(Texts.Bind("FROM golang:1 AS base\nFROM bas\nCOPY --from=bas a b", options).HasErrors);
        Assert.False(Texts.Bind("FROM bas AS bas", options).HasErrors);
    }

    [Fact]
    public void What_a_stage_is_based_on_is_no_misspelling_of_it() =>
        Assert.False(Texts.Bind("FROM myimage:1 AS myimages\nFROM myimage").HasErrors);

    [Fact]
    public void Stages_below_are_not_suggested() => Assert.False(Texts.Bind("FROM bas\nFROM golang AS base").HasErrors);

    [Fact]
    public void A_malformed_stage_causes_no_further_errors()
    {
        BoundDockerfile bound = Binder.Bind(Texts.Parse("FORM golang AS builder", "RUN make", "FROM scratch", "COPY --from=builder a b").Document);
        Assert.Empty(bound.Diagnostics);
    }

    [Fact]
    public void Places_of_stages_and_uses_are_known()
    {
        BoundStage stage = Texts.Bind("ARG V=1\nFROM --platform=$BUILDPLATFORM x:$V AS a").Stages[0];
        Assert.Equal(2, stage.From.Span.Line);
        Assert.Equal(["V", "BUILDPLATFORM"], stage.Uses.Select(static u => u.Name));
        Assert.Equal("linux/amd64", stage.Platform);
    }

    [Fact]
    public void Arguments_given_in_vain_are_reported()
    {
        BindingOptions options = Given(("A", "1"), ("B", "1"), ("C", "1"), ("TRIGGER", "1"), ("HTTP_PROXY", "1"), ("no_proxy", "1"), ("TARGETARCH", "x"), ("BUILDKIT_INLINE_CACHE", "1"), ("SOURCE_DATE_EPOCH", "0"));
        BoundDockerfile bound = Texts.Bind("ARG A\nFROM scratch AS base\nARG B\nONBUILD ARG TRIGGER\nFROM base", options);
        Assert.Equal(["C"], bound.FindUnusedArguments([]).Select(static a => a.Name));
        Assert.False(bound.HasErrors);
    }

    [Fact]
    public void An_empty_document_has_no_stages() => Assert.Null(Binder.Bind(Texts.Parse("").Document).Target);
}
