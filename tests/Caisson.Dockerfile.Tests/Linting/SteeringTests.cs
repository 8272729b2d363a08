using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Linting;

public sealed class SteeringTests
{
    private const string Bad = "FROM scratch as base\ncopy Dockerfile .";

    [Theory]
    [InlineData("#check=skip=all\n", "")]
    [InlineData("#check=skip=all;error=true\n", "")]
    [InlineData("#check=skip=ConsistentInstructionCasing,FromAsCasing\n", "")]
    [InlineData("#check=skip=ConsistentInstructionCasing\n", "2 FromAsCasing")]
    [InlineData("# check = skip=ConsistentInstructionCasing\n", "2 FromAsCasing")]
    [InlineData("", "1 FromAsCasing, 2 ConsistentInstructionCasing")]
    public void The_directive_skips_rules(string directive, string expected) => Checks.Find(expected, directive + Bad);

    [Theory]
    [InlineData("#check=skip=ConsistentInstructionCasing;error=true\n", "warnings are errors here: FromAsCasing")]
    [InlineData("#check=error=true\n", "warnings are errors here: ConsistentInstructionCasing, FromAsCasing")]
    [InlineData("#check=skip=all;error=true\n", null)]
    [InlineData("", null)]
    public void The_directive_makes_errors_of_warnings(string directive, string? expected) =>
        Assert.Equal(expected, Checks.Run(directive + Bad).Failure?.Message);

    [Theory]
    [InlineData("#check=skip=all\n", "skip=ConsistentInstructionCasing;error=true", "2 FromAsCasing", true)]
    [InlineData("#check=error=true\n", "skip=all", "", false)]
    [InlineData("#check=error=true\n", "", "2 FromAsCasing, 3 ConsistentInstructionCasing", false)]
    public void The_build_argument_takes_the_place_of_the_directive(string directive, string argument, string expected, bool fails)
    {
        BindingOptions options = new() { Arguments = ImmutableDictionary<string, string>.Empty.Add(Linter.SteeringArgument, argument) };
        CheckReport report = Checks.Run(directive + Bad, options: options);
        Assert.Equal(expected, string.Join(", ", Checks.Shown(report)));
        Assert.Equal(fails, report.FailsOnFinding);
    }

    [Theory]
    [InlineData("FROM scratch\n# check=skip=JSONArgsRecommended\nCMD a", "")]
    [InlineData("FROM scratch\n# why not\n# check=skip=JSONArgsRecommended // for reasons\n\nCMD a", "")]
    [InlineData("FROM scratch\n# check=skip=JSONArgsRecommended\n#\nCMD a", "4 JSONArgsRecommended")]
    [InlineData("FROM scratch\n# check=skip=JSONArgsRecommended\nRUN x\nCMD a", "4 JSONArgsRecommended")]
    [InlineData("FROM scratch\n# check=skip=WorkdirRelativePath\nWORKDIR app/", "")]
    [InlineData("FROM scratch\n# check=skip=LegacyKeyValueFormat\nENV a b\nENV c d", "4 LegacyKeyValueFormat")]
    [InlineData("FROM scratch\n# check=skip=MultipleInstructionsDisallowed\nCMD [\"a\"]\nCMD [\"b\"]", "")]
    [InlineData("FROM scratch\nCMD [\"a\"]\n# check=skip=MultipleInstructionsDisallowed\nCMD [\"b\"]", "")]
    [InlineData("FROM scratch AS a\n# check=skip=StageNameCasing\nFROM scratch AS B", "")]
    [InlineData("FROM scratch AS a\n# check=skip=JSONArgsRecommended\nONBUILD CMD x\nFROM a", "")]
    public void A_comment_skips_rules_for_the_instruction_below_it(string text, string expected) => Checks.Find(expected, text);

    [Theory]
    [InlineData("# check=skip=StageNameCassing\nFROM scratch", "CSN1603", 1, 14)]
    [InlineData("FROM scratch\n# check=skip=stagenamecasing\nRUN a", "CSN1603", 2, 14)]
    [InlineData("FROM scratch\n# check=skp=all\nRUN a", "CSN1604", 2, 1)]
    public void Steering_that_comes_to_nothing_is_warned_of(string text, string code, int line, int column)
    {
        var found = Assert.Single(Checks.Run(text).Others);
        Assert.Equal((code, line, column), (found.Code, found.Where!.Value.Line, found.Where.Value.Column));
        Assert.False(found.IsError);
    }

    [Fact]
    public void A_build_argument_that_cannot_be_read_is_an_error()
    {
        BindingOptions options = new() { Arguments = ImmutableDictionary<string, string>.Empty.Add(Linter.SteeringArgument, "skip") };
        Assert.Equal("CSN1602", Assert.Single(Checks.Run("FROM scratch", options: options).Others).Code);
    }

    [Fact]
    public void A_build_looks_only_at_the_stages_that_it_needs()
    {
        const string Text = "FROM scratch AS a\nCMD x\nENV a b\nFROM scratch AS B\nWORKDIR y";
        BindingOptions options = new() { Target = "a" };
        Checks.Find("2 JSONArgsRecommended, 3 LegacyKeyValueFormat, 4 StageNameCasing", Text, new CheckInput { NeededOnly = true }, options);
        Checks.Find("2 JSONArgsRecommended, 3 LegacyKeyValueFormat, 4 StageNameCasing, 5 WorkdirRelativePath", Text, CheckInput.None);
    }
}
