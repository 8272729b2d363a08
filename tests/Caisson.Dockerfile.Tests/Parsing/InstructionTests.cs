using Caisson.Dockerfile.Syntax;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Parsing;

public sealed class InstructionTests
{
    [Theory]
    [InlineData("FROM alpine", "alpine", null, null)]
    [InlineData("FROM alpine:3.22 AS Base", "alpine:3.22", "base", null)]
    [InlineData("from alpine as base", "alpine", "base", null)]
    [InlineData("FROM --platform=$BUILDPLATFORM golang:${V} AS a.b-c_1", "golang:${V}", "a.b-c_1", "$BUILDPLATFORM")]
    [InlineData("FROM --platform= scratch", "scratch", null, null)]
    [InlineData("FROM registry.example:5000/a/b@sha256:00", "registry.example:5000/a/b@sha256:00", null, null)]
    public void From_has_image_name_and_platform(string text, string image, string? name, string? platform)
    {
        FromInstruction from = Texts.Single<FromInstruction>(text);
        Assert.Equal((image, name, platform), (from.Image.Text, from.StageName, from.Platform?.Text));
    }

    [Fact]
    public void Every_part_of_from_has_a_place()
    {
        FromInstruction from = Texts.Single<FromInstruction>("FROM --platform=linux/amd64 alpine AS base");
        Assert.Equal([1, 6, 8, 17, 29, 36, 39], new[] { from.Keyword.Span, from.Flags[0].Span, from.Flags[0].Name.Span, from.Platform!.Span, from.Image.Span, from.As!.Span, from.Name!.Span }.Select(static s => s.Column));
    }

    [Theory]
    [InlineData("ENV a=b", "a=b")]
    [InlineData("ENV a=b c=\"d e\" f='g h'", "a=b|c=\"d e\"|f='g h'")]
    [InlineData("ENV a=b\\ c d=e", "a=b\\ c|d=e")]
    [InlineData("ENV a=", "a=")]
    [InlineData("ENV a=b=c", "a=b=c")]
    [InlineData("ENV a b", "a b")]
    [InlineData("ENV a  b = c  ", "a b = c")]
    [InlineData("ENV a \"b\"", "a \"b\"")]
    [InlineData("ENV \"a b\"=c", "\"a b\"=c")]
    [InlineData("ENV a=b \\\n    c=d", "a=b|c=d")]
    [InlineData("ENV a=b\\", "a=b")]
    public void Env_has_pairs(string text, string expected)
    {
        EnvInstruction env = Texts.Single<EnvInstruction>(text);
        Assert.Equal(expected, string.Join('|', env.Pairs.Select(static p => $"{p.Key}{(p.IsLegacy ? " " : "=")}{p.Value}")));
    }

    [Theory]
    [InlineData("LABEL a=b", "a=b")]
    [InlineData("LABEL \"com.example.x\"=\"y z\" b=c", "\"com.example.x\"=\"y z\"|b=c")]
    [InlineData("LABEL a b c", "a b c")]
    public void Label_has_pairs(string text, string expected)
    {
        LabelInstruction label = Texts.Single<LabelInstruction>(text);
        Assert.Equal(expected, string.Join('|', label.Pairs.Select(static p => $"{p.Key}{(p.IsLegacy ? " " : "=")}{p.Value}")));
    }

    [Theory]
    [InlineData("ARG a", "a")]
    [InlineData("ARG a=", "a=")]
    [InlineData("ARG a=\"b c\" d e=f", "a=\"b c\"|d|e=f")]
    public void Arg_has_declarations(string text, string expected)
    {
        ArgInstruction arg = Texts.Single<ArgInstruction>(text);
        Assert.Equal(expected, string.Join('|', arg.Declarations.Select(static d => d.Default is null ? d.Name.Text : $"{d.Name}={d.Default}")));
    }

    [Fact]
    public void A_comment_describes_an_argument()
    {
        ArgInstruction arg = Texts.Single<ArgInstruction>("# VERSION of the thing", "# OTHER", "ARG VERSION OTHER");
        Assert.Equal(["of the thing", null], arg.Declarations.Select(static d => d.Description));
    }

    [Theory]
    [InlineData("CMD [\"a\", \"b c\"]", "exec a|b c")]
    [InlineData("CMD [ \"a\" ]", "exec a")]
    [InlineData("CMD []", "exec ")]
    [InlineData("CMD a b", "shell a b")]
    [InlineData("CMD", "shell ")]
    [InlineData("CMD -- --port 80", "shell --port 80")]
    [InlineData("CMD [ -f x ] && y", "shell [ -f x ] && y")]
    [InlineData("CMD [ \"$a\" = b ]", "shell [ \"$a\" = b ]")]
    [InlineData("CMD [[ -f x ]]", "shell [[ -f x ]]")]
    [InlineData("CMD [\"\\u0041\\n\\\"\\\\\\/\"]", "exec A\n\"\\/")]
    [InlineData("CMD [\"\\ud83d\\ude00\", \"\\ud83d\"]", "exec 😀|\uFFFD")]
    [InlineData("CMD [\"a\", \\\n  # comment\n  \"b\"]", "exec a|b")]
    public void A_command_has_two_forms(string text, string expected) => Assert.Equal(expected, Show(Texts.Single<CmdInstruction>(text).Command));

    [Fact]
    public void Elements_of_an_array_have_places()
    {
        CommandForm.Exec exec = Assert.IsType<CommandForm.Exec>(Texts.Single<EntrypointInstruction>("ENTRYPOINT [\"a\", \\", "\"b\\tc\"]").Command);
        Assert.Equal("Dockerfile:1:14", exec.Arguments[0].Span.ToString());
        Assert.Equal("Dockerfile:2:2", exec.Arguments[1].Span.ToString());
        Assert.Equal("b\\tc", exec.Arguments[1].Span.Text);
        Assert.Equal("b\tc", exec.Arguments[1].Text);
        Assert.Equal("c", exec.Arguments[1].SpanOf(2, 1).Text);
    }

    [Fact]
    public void Shell_takes_an_array() =>
        Assert.Equal(["/bin/bash", "-o", "pipefail", "-c"], Texts.Strings(Texts.Single<ShellInstruction>("SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]").Program));

    [Theory]
    [InlineData("EXPOSE 80", "80")]
    [InlineData("EXPOSE  80/tcp   $PORT 90-99/udp ", "80/tcp|$PORT|90-99/udp")]
    public void Expose_has_ports(string text, string expected) => Assert.Equal(expected, string.Join('|', Texts.Strings(Texts.Single<ExposeInstruction>(text).Ports)));

    [Theory]
    [InlineData("VOLUME /a /b", "/a|/b")]
    [InlineData("VOLUME [\"/a b\", \" /c \"]", "/a b|/c")]
    public void Volume_has_paths(string text, string expected) => Assert.Equal(expected, string.Join('|', Texts.Strings(Texts.Single<VolumeInstruction>(text).Paths)));

    [Fact]
    public void The_rest_of_the_line_is_one_argument()
    {
        Assert.Equal("a:b", Texts.Single<UserInstruction>("USER a:b").Name.Text);
        Assert.Equal("/a b/$c", Texts.Single<WorkdirInstruction>("WORKDIR /a b/$c ").Path.Text);
        Assert.Equal("SIGTERM", Texts.Single<StopsignalInstruction>("STOPSIGNAL SIGTERM").Signal.Text);
        Assert.Equal("Jane <j@x>", Texts.Single<MaintainerInstruction>("MAINTAINER Jane <j@x>").Name.Text);
    }

    [Fact]
    public void Healthcheck_has_command_and_intervals()
    {
        HealthcheckInstruction check = Texts.Single<HealthcheckInstruction>(
            "HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=0 --start-interval=1.5s --retries=3 CMD [\"curl\"]");
        Assert.Equal("exec curl", Show(check.Command!));
        Assert.Equal((TimeSpan.FromSeconds(90), TimeSpan.FromMilliseconds(500), null, TimeSpan.FromSeconds(1.5), 3), (check.Interval, check.Timeout, check.StartPeriod, check.StartInterval, check.Retries));
    }

    [Theory]
    [InlineData("HEALTHCHECK NONE")]
    [InlineData("HEALTHCHECK none")]
    public void Healthcheck_can_be_none(string text) => Assert.Null(Texts.Single<HealthcheckInstruction>(text).Command);

    [Fact]
    public void Onbuild_holds_an_instruction_with_its_places()
    {
        OnbuildInstruction onbuild = Texts.Single<OnbuildInstruction>("ONBUILD COPY --from=x a \\", " /b");
        CopyInstruction copy = Assert.IsType<CopyInstruction>(onbuild.Trigger);
        Assert.Equal("COPY --from=x a  /b", onbuild.Expression);
        Assert.Equal("Dockerfile:2:2", copy.Destination.Span.ToString());
        Assert.Equal("x", copy.From!.Text);
    }

    [Theory]
    [InlineData("COPY a b /d", "a|b", "/d")]
    [InlineData("COPY [\"a b\", \"/d e\"]", "a b", "/d e")]
    [InlineData("COPY a\t\tb", "a", "b")]
    [InlineData("ADD https://x/y.tar /z", "https://x/y.tar", "/z")]
    public void A_transfer_has_sources_and_a_destination(string text, string sources, string destination)
    {
        TransferInstruction transfer = (TransferInstruction)Assert.Single(Texts.Parse(text).Document.Instructions);
        Assert.Equal((sources, destination), (string.Join('|', Texts.Strings(transfer.Sources)), transfer.Destination.Text));
    }

    [Fact]
    public void Copy_has_all_its_flags()
    {
        CopyInstruction copy = Texts.Single<CopyInstruction>("COPY --from=b --chown=1:$G --chmod=u=rwX,go=rX --link --parents=true --exclude=*.a --exclude='b c' s /d");
        Assert.Equal(("b", "1:$G", "u=rwX,go=rX", true, true), (copy.From!.Text, copy.Owner!.Text, copy.Mode!.Text, copy.IsLinked, copy.KeepsParents));
        Assert.Equal(["*.a", "b c"], Texts.Strings(copy.Excludes));
    }

    [Fact]
    public void Add_has_all_its_flags()
    {
        AddInstruction add = Texts.Single<AddInstruction>("ADD --chown=1 --chmod=0644 --link=false --exclude=x --keep-git-dir --checksum=abcdef0 --unpack=FALSE https://x/y.git /d");
        Assert.Equal(("1", "0644", false, true, "abcdef0", false), (add.Owner!.Text, add.Mode!.Text, add.IsLinked, add.KeepsGitDirectory, add.Checksum!.Text, add.Unpacks));
    }

    [Fact]
    public void Flags_that_are_not_given_are_null()
    {
        AddInstruction add = Texts.Single<AddInstruction>("ADD a b");
        Assert.True(add is { KeepsGitDirectory: null, Unpacks: null, Checksum: null, Owner: null, Mode: null, IsLinked: false });
        Assert.Empty(add.Excludes);
    }

    [Fact]
    public void Run_has_network_security_and_devices()
    {
        RunInstruction run = Texts.Single<RunInstruction>("RUN --network=none --security=insecure --device=a.com/b=c,required --device=name=d,required=false --device=e ls");
        Assert.Equal((NetworkMode.None, SecurityMode.Insecure), (run.Network, run.Security));
        Assert.Equal([("a.com/b=c", true), ("d", false), ("e", false)], run.Devices.Select(static d => (d.Name, d.IsRequired)));
    }

    [Theory]
    [InlineData("755", 0x1ED, 0, 0x1ED)]
    [InlineData("0644", 0x1A4, 0, 0x1A4)]
    [InlineData("4755", 0x9ED, 0, 0x9ED)]
    public void An_octal_mode_is_fixed(string text, int mode, int before, int expected)
    {
        Assert.True(FileModeChange.TryParse(text, out FileModeChange? change));
        Assert.Equal(mode, change.Fixed);
        Assert.Equal(expected, change.Apply(before, isDirectory: false));
    }

    // Modes in octal, written as decimal digits.
    [Theory]
    [InlineData("+x", 644, false, 755)]
    [InlineData("a+x", 644, false, 755)]
    [InlineData("u+x", 644, false, 744)]
    [InlineData("go-w", 666, false, 644)]
    [InlineData("u=rwX,go=rX", 600, false, 644)]
    [InlineData("u=rwX,go=rX", 700, false, 755)]
    [InlineData("u=rwX,go=rX", 600, true, 755)]
    [InlineData("g=u", 640, false, 660)]
    [InlineData("o=g", 750, false, 755)]
    [InlineData("=r", 777, false, 444)]
    [InlineData("go=", 777, false, 700)]
    [InlineData("u+s", 755, false, 4755)]
    [InlineData("g+s", 755, false, 2755)]
    [InlineData("+t", 755, false, 1755)]
    [InlineData("ug+rw,o-rwx", 407, false, 660)]
    [InlineData("u+r-w", 200, false, 400)]
    [InlineData("a=rx", 000, true, 555)]
    [InlineData("u=rwx,go=u-w", 600, false, 755)]
    public void A_symbolic_mode_changes_what_is_there(string text, int before, bool isDirectory, int expected)
    {
        Assert.True(FileModeChange.TryParse(text, out FileModeChange? change));
        Assert.Null(change.Fixed);
        Assert.Equal(expected.ToString("0000", null), Convert.ToString(change.Apply(Convert.ToInt32(before.ToString(null, null), 8), isDirectory), 8).PadLeft(4, '0'));
    }

    [Theory]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("10000")]
    [InlineData("u")]
    [InlineData("u+y")]
    [InlineData("x+r")]
    [InlineData("u+x,")]
    [InlineData("rwx")]
    public void Other_modes_are_refused(string text) => Assert.False(FileModeChange.TryParse(text, out _));

    private static string Show(CommandForm command) => command switch
    {
        CommandForm.Exec exec => "exec " + string.Join('|', Texts.Strings(exec.Arguments)),
        CommandForm.Shell shell => "shell " + shell.Line.Text,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
