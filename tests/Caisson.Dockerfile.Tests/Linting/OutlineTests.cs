using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Outlines;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Linting;

/// <summary>What a build of a target can be given: as BuildKit's outline, whose test has this Dockerfile's features.</summary>
public sealed class OutlineTests
{
    private const string Text = """
        ARG inherited=box
        ARG inherited2=box2
        ARG unused=abc${inherited2}
        # sfx is a suffix
        ARG sfx="usy${inherited}"

        FROM b${sfx} AS first
        # this is not assigned to anything
        ARG FOO=123
        # BAR is a number
        ARG BAR=456
        RUN --mount=type=secret,target=/etc/passwd,id=first,required true

        FROM alpine${unused} AS second
        ARG BAZ
        RUN --mount=type=ssh,id=other true

        FROM scratch AS third
        ARG ABC=a
        # token will show up in the outline
        # check=skip=all
        ARG token
        RUN --mount=type=secret,id=second${ABC} --mount=type=ssh,required --mount=type=cache,target=/root/.cache true

        # target defines build target
        FROM third AS target
        COPY --from=first /etc/passwd /

        FROM second
        """;

    private static Outline Of(string target) => Assert.IsType<Outline>(Outline.Of(Texts.Bind(
        Text, new BindingOptions { Target = target, Arguments = ImmutableDictionary<string, string>.Empty.Add("BAR", "678") })));

    [Fact]
    public void The_arguments_that_have_an_effect_are_listed_by_line()
    {
        Assert.Equal(
            ["inherited=box, 1", "sfx=usybox, 5: is a suffix", "FOO=123, 9", "BAR=678, 11: is a number", "ABC=a, 19", "token=, 22: will show up in the outline"],
            Of("target").Arguments.Select(static a => $"{a.Name}={a.Value}, {a.Where.Line}{(a.Description is null ? "" : ": " + a.Description)}"));
        Assert.Equal(["inherited2", "unused", "BAZ"], Of("3").Arguments.Concat(Of("second").Arguments).Where(static a => a.Name is "inherited2" or "unused" or "BAZ").Select(static a => a.Name).Distinct());
    }

    [Fact]
    public void What_steps_mount_is_listed_for_the_stages_that_the_target_needs()
    {
        Outline outline = Of("target");
        Assert.Equal([("first", true), ("seconda", false)], outline.Secrets.Select(static s => (s.Id, s.IsRequired)));
        Assert.Equal([("default", true)], outline.Agents.Select(static s => (s.Id, s.IsRequired)));
        Assert.Equal(["/root/.cache"], outline.Caches.Select(static s => s.Id));
    }

    [Fact]
    public void The_target_is_described_by_the_comment_above_it()
    {
        Assert.Equal("defines build target", Of("target").Target.From.Description);
        Assert.Null(Of("first").Target.From.Description);
    }

    [Fact]
    public void A_chain_of_arguments_may_be_long()
    {
        string chain = string.Concat(Enumerable.Range(1, 5000).Select(static i => $"ARG a{i}=$a{i - 1}\n"));
        Outline outline = Assert.IsType<Outline>(Outline.Of(Texts.Bind($"ARG a0=x\n{chain}FROM $a5000\n")));
        Assert.Equal(5001, outline.Arguments.Length);
    }
}
