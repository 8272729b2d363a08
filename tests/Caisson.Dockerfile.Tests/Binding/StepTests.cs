using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Binding;

public sealed class StepTests
{
    private static Evaluation Evaluate(string instruction)
    {
        BoundDockerfile bound = Texts.Bind($"FROM scratch AS files\nFROM scratch\n{instruction}");
        StageScope scope = bound.BeginScope(VariableSet.FromEnvironment(["D=/data", "W=a b", "N=8080", "E="]));
        return scope.Evaluate(bound.Stages[1].Instructions[0]);
    }

    private static T Step<T>(string instruction)
        where T : Step
    {
        Evaluation evaluation = Evaluate(instruction);
        Assert.Empty(evaluation.Diagnostics);
        return Assert.IsAssignableFrom<T>(evaluation.Step);
    }

    [Fact]
    public void Copy_is_expanded()
    {
        Step.Copy copy = Step<Step.Copy>("COPY --from=files --chown=$N:$N --link --parents --exclude=$D $D/x '$D' \"$W\" $D/");
        Assert.Equal(0, Assert.IsType<ContentSource.Stage>(copy.From).Value.Index);
        Assert.Equal(["/data/x", "$D", "a b"], copy.Transfer.Sources);
        Assert.Equal("/data/", copy.Transfer.Destination);
        Assert.Equal("8080:8080", copy.Transfer.Owner);
        Assert.Equal(["$D"], copy.Transfer.Excludes);
        Assert.True(copy is { KeepsParents: true, Transfer.IsLinked: true });
    }

    [Fact]
    public void A_mode_is_read_after_expansion()
    {
        Step.Copy copy = Step<Step.Copy>("COPY --chmod=${N/8080/755} a b");
        Assert.Equal(("755", 0x1ED), (copy.Transfer.ModeText, copy.Transfer.Mode!.Fixed));
    }

    [Fact]
    public void An_owner_that_expands_to_nothing_is_none() => Assert.Null(Step<Step.Copy>("COPY --chown=$E --chmod=$E a b").Transfer.Owner);

    [Theory]
    [InlineData("COPY <<x /d\n$D \"$D\" '$D' \\$D \\\\ it's\nx", "/data \"/data\" '/data' $D \\ it's\n")]
    [InlineData("COPY <<'x' /d\n$D \\$D\nx", "$D \\$D\n")]
    [InlineData("COPY <<-x /d\n\t\t$D\n\t\tb\n\tx", "/data\nb\n")]
    [InlineData("ADD <<x /d\n${D#/}\nx", "data\n")]
    public void Documents_are_expanded_unless_their_end_word_is_quoted(string text, string expected)
    {
        Step step = Step<Step>(text);
        FileTransfer transfer = step is Step.Copy copy ? copy.Transfer : Assert.IsType<Step.Add>(step).Transfer;
        Assert.Equal(new InlineFile("x", expected), Assert.Single(transfer.Files));
    }

    [Fact]
    public void Add_is_expanded()
    {
        Step.Add add = Step<Step.Add>("ADD --checksum=sha256:" + new string('0', 64) + " --keep-git-dir=false --unpack https://x/$N /y");
        Assert.Equal(["https://x/8080"], add.Transfer.Sources);
        Assert.Equal(("sha256:" + new string('0', 64), false, true), (add.Checksum, add.KeepsGitDirectory, add.Unpacks));
    }

    [Fact]
    public void A_git_commit_is_a_checksum_too() => Assert.Equal("abcdef0", Step<Step.Add>("ADD --checksum=abcdef0 https://x/y.git /y").Checksum);

    [Fact]
    public void Run_is_not_expanded_but_its_mounts_are()
    {
        Step.Run run = Step<Step.Run>("RUN --mount=type=cache,target=$D --mount=target=/s --mount=from=files,target=/f --mount=type=tmpfs,target=/t --network=none echo $D");
        Assert.Equal("echo $D", Assert.IsType<RunScript.Shell>(run.Script).Text);
        Assert.Equal("/data", Assert.IsType<Mount.Cache>(run.Mounts[0].Mount).Target);
        Assert.IsType<ContentSource.Scratch>(run.Mounts[0].Source);
        Assert.IsType<ContentSource.BuildContext>(run.Mounts[1].Source);
        Assert.IsType<ContentSource.Stage>(run.Mounts[2].Source);
        Assert.Null(run.Mounts[3].Source);
        Assert.Equal(NetworkMode.None, run.Network);
    }

    [Theory]
    [InlineData("EXPOSE 80", "80/tcp")]
    [InlineData("EXPOSE $N/UDP", "8080/udp")]
    [InlineData("EXPOSE 90-92/sctp 91/sctp 91", "90/sctp|91/sctp|92/sctp|91/tcp")]
    [InlineData("EXPOSE 127.0.0.1:80:81", "81/tcp")]
    [InlineData("EXPOSE [::1]:80:81/tcp", "81/tcp")]
    [InlineData("EXPOSE 1000-1001:2000-2001", "2000/tcp|2001/tcp")]
    [InlineData("EXPOSE 0 65535/", "0/tcp|65535/tcp")]
    [InlineData("EXPOSE 0080 +81", "81/tcp|80/tcp")]
    [InlineData("EXPOSE 90 9:7 $N ${N}/udp 100", "8080/tcp|8080/udp|100/tcp|90/tcp|7/tcp")]
    public void Ports_are_listed_one_by_one(string text, string expected) => Assert.Equal(expected, string.Join('|', Step<Step.Expose>(text).Ports));

    [Theory]
    [InlineData("EXPOSE x")]
    [InlineData("EXPOSE 1-0")]
    [InlineData("EXPOSE 65536")]
    [InlineData("EXPOSE /tcp")]
    [InlineData("EXPOSE 80/icmp")]
    [InlineData("EXPOSE 1.2.3:80:80")]
    [InlineData("EXPOSE a:80")]
    [InlineData("EXPOSE 1-2:10-13")]
    [InlineData("EXPOSE -1")]
    [InlineData("EXPOSE +-1")]
    [InlineData("EXPOSE +")]
    public void Other_ports_are_errors(string text) => Assert.Equal(DiagnosticCodes.BadPort, Assert.Single(Evaluate(text).Diagnostics).Code);

    [Fact]
    public void Many_overlapping_ranges_list_each_port_once() =>
        Assert.Equal(65536, Step<Step.Expose>("EXPOSE " + string.Concat(Enumerable.Range(0, 2000).Select(static i => $"{i}-65535 ")) + "0-65535").Ports.Length);

    [Fact]
    public void Ranges_cannot_be_listed_again_without_end()
    {
        BoundDockerfile bound = Texts.Bind("FROM scratch\n" + string.Concat(Enumerable.Repeat("EXPOSE 1-65535\n", 300)));
        StageScope scope = bound.BeginScope(VariableSet.Empty);
        List<Diagnostic> diagnostics = [];
        foreach (BoundInstruction instruction in bound.Stages[0].Instructions)
        {
            Evaluation evaluation = scope.Evaluate(instruction);
            scope = evaluation.Scope;
            diagnostics.AddRange(evaluation.Diagnostics);
        }
        Assert.Equal(DiagnosticCodes.ExpansionTooLarge, diagnostics[0].Code);
        // A stage that begins with the cost of another one has only what is left.
        Assert.Contains(bound.BeginScope(VariableSet.Empty, scope.Cost).Evaluate(bound.Stages[0].Instructions[0]).Diagnostics, static d => d.Code == DiagnosticCodes.ExpansionTooLarge);
    }

    [Theory]
    [InlineData("SIGTERM", true)]
    [InlineData("term", true)]
    [InlineData("9", true)]
    [InlineData("SIGRTMIN+3", true)]
    [InlineData("RTMAX-14", true)]
    [InlineData("0", false)]
    [InlineData("SIGNONE", false)]
    [InlineData("RTMIN+16", false)]
    public void Signals_are_checked(string signal, bool isKnown) => Assert.Equal(isKnown, Evaluate($"STOPSIGNAL {signal}").Step is not null);

    [Fact]
    public void Texts_are_expanded()
    {
        Assert.Equal("8080:x", Step<Step.User>("USER $N:x").Name);
        Assert.Equal("/data/a b", Step<Step.Workdir>("WORKDIR $D/\"$W\"").Path);
        Assert.Equal(["/data", "/x"], Step<Step.Volume>("VOLUME [\"$D\", \"/x\"]").Paths);
        Assert.Equal("9", Step<Step.Stopsignal>("STOPSIGNAL ${X:-9}").Signal);
        Assert.Equal([KeyValuePair.Create("/data", "a b")], Step<Step.Label>("LABEL $D=$W").Pairs);
        Assert.Equal([KeyValuePair.Create("A", "/data")], Step<Step.Env>("ENV A=$D").Pairs);
    }

    [Fact]
    public void Commands_are_not_expanded()
    {
        Assert.Equal("a $D", Assert.IsType<CommandForm.Shell>(Step<Step.Cmd>("CMD a $D").Command).Line.Text);
        Assert.Equal("$D", Assert.IsType<CommandForm.Exec>(Step<Step.Entrypoint>("ENTRYPOINT [\"$D\"]").Command).Arguments[0].Text);
        Assert.Equal(["$D", "-c"], Step<Step.Shell>("SHELL [\"$D\", \"-c\"]").Program);
        Assert.Equal("RUN $D", Step<Step.Onbuild>("ONBUILD RUN $D").Expression);
        Assert.Equal("$D", Step<Step.Maintainer>("MAINTAINER $D").Name);
        Assert.Null(Step<Step.Healthcheck>("HEALTHCHECK NONE").Check.Command);
    }

    [Fact]
    public void A_step_knows_its_instruction() => Assert.Equal("Dockerfile:3:1", Step<Step.User>("USER x").Origin.Syntax.Span.ToString());

    [Fact]
    public void From_is_no_step()
    {
        BoundDockerfile bound = Texts.Bind("FROM scratch");
        Evaluation evaluation = bound.BeginScope(VariableSet.Empty).Evaluate(new BoundInstruction(bound.Stages[0].From));
        Assert.Null(evaluation.Step);
        Assert.Empty(evaluation.Diagnostics);
    }

    [Fact]
    public void Any_bound_text_is_evaluated_without_an_exception() => Properties.Check(
        Properties.Dockerfiles,
        static text =>
        {
            BoundDockerfile bound = Binder.Bind(Caisson.Dockerfile.Parsing.DockerfileParser.Parse(Texts.Source("FROM scratch\n" + text)).Document);
            foreach (BoundStage stage in bound.Stages)
            {
                StageScope scope = bound.BeginScope(VariableSet.Empty);
                foreach (BoundInstruction instruction in stage.Triggers.Concat(stage.Instructions))
                    scope = scope.Evaluate(instruction).Scope;
            }
        },
        5000);
}
