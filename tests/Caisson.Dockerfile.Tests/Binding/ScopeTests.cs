using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Binding;

public sealed class ScopeTests
{
    /// <summary>The scope behind the last instruction of the only stage.</summary>
    private static StageScope Walk(string instructions, string globals = "", params (string Name, string Value)[] given)
    {
        BindingOptions options = new() { Arguments = given.ToImmutableDictionary(static a => a.Name, static a => a.Value) };
        BoundDockerfile bound = Texts.Bind($"{globals}FROM scratch\n{instructions}", options);
        return bound.Stages[0].Instructions.Aggregate(bound.BeginScope(VariableSet.FromEnvironment(["PATH=/bin", "LANG=C"])), static (scope, instruction) =>
        {
            Evaluation evaluation = scope.Evaluate(instruction);
            Assert.Empty(evaluation.Diagnostics);
            return evaluation.Scope;
        });
    }

    private static string Value(StageScope scope, string name) => scope.Variables.TryGet(name, out string? value) ? value : "(unset)";

    [Theory]
    [InlineData("ENV A=1", "A", "1")]
    [InlineData("ENV A=$LANG", "A", "C")]
    [InlineData("ENV A=1\nENV A=2 B=$A", "B", "1")]
    [InlineData("ENV A=1 B=$A", "B", "")]
    [InlineData("ENV A $LANG x", "A", "C x")]
    [InlineData("ENV A=\"x y\" B='$A'", "B", "$A")]
    [InlineData("ENV N=A\nENV $N=x", "A", "x")]
    [InlineData("ENV PATH=/x:$PATH", "PATH", "/x:/bin")]
    [InlineData("ARG A=1", "A", "1")]
    [InlineData("ARG A", "A", "(unset)")]
    [InlineData("ARG A=", "A", "")]
    [InlineData("ARG A=1 B=${A}b", "B", "1b")]
    [InlineData("ARG A=$LANG", "A", "C")]
    [InlineData("ARG A=1\nENV A=2", "A", "2")]
    [InlineData("ENV A=2\nARG A=1", "A", "1")]
    [InlineData("ENV A=2\nARG A", "A", "2")]
    [InlineData("ARG A=1\nENV A=${A}", "A", "1")]
    [InlineData("ARG A=1\nARG A", "A", "1")]
    [InlineData("RUN A=1", "A", "(unset)")]
    public void Instructions_set_variables(string instructions, string name, string expected) => Assert.Equal(expected, Value(Walk(instructions), name));

    [Theory]
    [InlineData("", "ARG V=g\n", "V", "(unset)")]
    [InlineData("ARG V", "ARG V=g\n", "V", "g")]
    [InlineData("ARG V=local", "ARG V=g\n", "V", "local")]
    [InlineData("ARG GIVEN", "", "GIVEN", "x")]
    [InlineData("ARG GIVEN=local", "ARG GIVEN=g\n", "GIVEN", "x")]
    [InlineData("", "", "GIVEN", "(unset)")]
    [InlineData("ARG TARGETARCH", "", "TARGETARCH", "amd64")]
    [InlineData("ARG TARGETARCH=mine", "", "TARGETARCH", "mine")]
    [InlineData("ENV X=$TARGETARCH", "", "X", "")]
    [InlineData("ARG GIVEN=${bad", "", "GIVEN", "x")]
    public void Arguments_come_from_the_build_the_default_or_the_global_scope(string instructions, string globals, string name, string expected) =>
        Assert.Equal(expected, Value(Walk(instructions, globals, ("GIVEN", "x")), name));

    [Fact]
    public void Only_env_reaches_the_image()
    {
        StageScope scope = Walk("ARG A=1\nENV B=2 PATH=/x\nARG LANG=de");
        Assert.Equal(["PATH=/x", "LANG=C", "B=2"], scope.Environment.ToEnvironment());
        Assert.Equal(["PATH=/x", "LANG=de", "A=1", "B=2"], scope.Variables.ToEnvironment());
    }

    [Fact]
    public void A_search_path_is_always_set()
    {
        BoundDockerfile bound = Texts.Bind("FROM scratch");
        Assert.Equal(["PATH=" + StageScope.DefaultPath], bound.BeginScope(VariableSet.Empty).Environment.ToEnvironment());
    }

    [Fact]
    public void A_stage_upon_a_stage_inherits_variables_and_arguments()
    {
        StageScope parent = Walk("ENV A=env\nARG A=arg B=2");
        StageScope child = parent.Inherit();
        Assert.Equal("env", Value(child, "A"));
        Assert.Equal("2", Value(child, "B"));
        Assert.True(child.IsDeclared("B"));
        Assert.Equal(parent.Environment.ToEnvironment(), child.Environment.ToEnvironment());
    }

    [Fact]
    public void History_shows_each_argument_once_with_its_present_value()
    {
        StageScope scope = Walk("ARG A=1 B C=3\nARG A=4\nENV C=5");
        Assert.Equal(["A=4", "B=", "C=5"], scope.HistoryArguments.Select(static p => $"{p.Key}={p.Value}"));
        Assert.Equal(["A", "B", "C"], scope.Arguments.Select(static a => a.Name));
    }

    [Fact]
    public void Proxies_reach_steps_and_nothing_else()
    {
        StageScope scope = Walk("ENV A=x${HTTP_PROXY}", "", ("http_proxy", "http://p"), ("NO_PROXY", "a,b"), ("FTP_PROXY", ""));
        Assert.Equal("x", Value(scope, "A"));
        Assert.Equal(
            ["HTTP_PROXY=http://p", "http_proxy=http://p", "NO_PROXY=a,b", "no_proxy=a,b"],
            scope.StepEnvironment.ToEnvironment().Where(static e => e.Contains("PROXY=", StringComparison.OrdinalIgnoreCase)));
        Assert.False(scope.Environment.Contains("HTTP_PROXY"));
    }

    [Fact]
    public void A_declared_proxy_is_an_argument_like_others() => Assert.Equal("http://p", Value(Walk("ARG HTTP_PROXY", "", ("HTTP_PROXY", "http://p")), "HTTP_PROXY"));

    [Fact]
    public void Arguments_that_steer_the_scan_reach_no_step()
    {
        StageScope scope = Walk("ARG BUILDKIT_SBOM_SCAN_STAGE=true");
        Assert.Equal("(unset)", Value(scope, "BUILDKIT_SBOM_SCAN_STAGE"));
        Assert.Equal("true", Assert.Single(scope.Arguments).Value);
        Assert.True(Texts.Bind("ARG BUILDKIT_SBOM_SCAN_STAGE=true\nFROM scratch").GlobalArguments.Contains("BUILDKIT_SBOM_SCAN_STAGE"));
    }

    [Fact]
    public void Scopes_do_not_change()
    {
        BoundDockerfile bound = Texts.Bind("FROM scratch\nENV A=1\nENV A=2");
        StageScope first = bound.BeginScope(VariableSet.Empty);
        StageScope second = first.Evaluate(bound.Stages[0].Instructions[0]).Scope;
        _ = second.Evaluate(bound.Stages[0].Instructions[1]);
        Assert.Equal("(unset)", Value(first, "A"));
        Assert.Equal("1", Value(second, "A"));
    }

    [Fact]
    public void Undefined_variables_are_reported_unless_an_argument_declares_them()
    {
        BoundDockerfile bound = Texts.Bind("FROM scratch\nARG A\nWORKDIR /$A/$B/${C:-d}");
        StageScope scope = bound.BeginScope(VariableSet.Empty).Evaluate(bound.Stages[0].Instructions[0]).Scope;
        Evaluation evaluation = scope.Evaluate(bound.Stages[0].Instructions[1]);
        Assert.Equal(["A", "B", "C"], evaluation.Uses.Select(static u => u.Name));
        Assert.Equal(["B", "C :-"], evaluation.UndefinedUses.Select(static u => $"{u.Name} {u.Operator}".Trim()));
        Assert.Equal("Dockerfile:3:13", evaluation.UndefinedUses[0].Where.ToString());
    }

    [Fact]
    public void A_failed_instruction_leaves_the_scope_as_it_was()
    {
        BoundDockerfile bound = Texts.Bind("FROM scratch\nENV A=1 B=${C:?no}");
        Evaluation evaluation = bound.BeginScope(VariableSet.Empty).Evaluate(bound.Stages[0].Instructions[0]);
        Assert.Null(evaluation.Step);
        Assert.False(evaluation.Scope.Variables.Contains("A"));
        Assert.Equal("CSN1304", Assert.Single(evaluation.Diagnostics).Code);
    }

    [Fact]
    public void The_work_of_a_stage_is_limited()
    {
        string text = "FROM scratch\nARG A=" + new string('a', 60_000) + "\n" + string.Concat(Enumerable.Repeat("WORKDIR $A$A\n", 200));
        BoundDockerfile bound = Texts.Bind(text);
        StageScope scope = bound.BeginScope(VariableSet.Empty);
        string[] codes = [.. bound.Stages[0].Instructions.Select(i =>
        {
            Evaluation evaluation = scope.Evaluate(i);
            scope = evaluation.Scope;
            return evaluation.Diagnostics.Select(static d => d.Code).FirstOrDefault("");
        })];
        Assert.Equal("CSN1306", codes[^1]);
    }

    [Theory]
    [InlineData("RUN echo $A \"$A\" '$A' $B \\$A", "RUN echo 1 \"1\" '$A' $B $A")]
    [InlineData("RUN --mount=type=secret,id=s,env=B echo $B", "RUN --mount=type=secret,id=s,env=B echo ****")]
    [InlineData("RUN echo 'unclosed $A", "RUN echo 'unclosed $A")]
    [InlineData("COPY $A \"$B x\" /", "COPY 1  x /")]
    [InlineData("WORKDIR ${A:+x}", "WORKDIR x")]
    public void An_instruction_is_shown_with_the_values_of_its_variables(string instruction, string expected)
    {
        BoundDockerfile bound = Texts.Bind($"FROM scratch\n{instruction}\n");
        StageScope scope = Walk("ENV A=1");
        Assert.Equal(expected, scope.Show(instruction, scope.Evaluate(bound.Stages[0].Instructions[0]).Step!));
    }

    [Theory]
    [InlineData("RUN $A$A$A$A$A$A$A$A$A$A$A")]
    [InlineData("RUN ${A//*1*1*1*1*1*1*1*1*2/}")]
    [InlineData("RUN $B")]
    public void What_would_be_long_or_much_work_or_rule_a_terminal_is_shown_as_it_is_written(string instruction)
    {
        BoundDockerfile bound = Texts.Bind($"FROM scratch\n{instruction}\n");
        StageScope scope = Walk("ENV A=" + new string('1', 100)).WithEnvironment("B", "\e[2J");
        Assert.Equal(instruction, scope.Show(instruction, scope.Evaluate(bound.Stages[0].Instructions[0]).Step!));
    }
}
