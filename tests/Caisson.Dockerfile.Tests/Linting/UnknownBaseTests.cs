using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Linting;

/// <summary>Where a base image may set variables that nobody knows of, checks say only what is certain.</summary>
public sealed class UnknownBaseTests
{
    private const string Used = "FROM golang\nWORKDIR $GOPATH/src\nEXPOSE $PORT\nVOLUME $DATA\nCOPY $A /b";

    [Fact]
    public void Nothing_is_said_of_variables_that_the_image_may_set()
    {
        CheckReport report = Checks.Run(Used);
        Assert.Empty(report.Diagnostics);
        Assert.Equal("golang", Assert.Single(report.Unknown).Stage.BaseName);
    }

    [Fact]
    public void What_an_image_sets_is_set()
    {
        BaseImage image = new() { Environment = VariableSet.FromEnvironment(["GOPATH=/go", "PORT=80", "DATA=/data", "A=a"]) };
        CheckReport report = Checks.Run(Used, Checks.With(0, image));
        Assert.Empty(report.Diagnostics);
        Assert.Empty(report.Unknown);
    }

    [Fact]
    public void What_an_image_does_not_set_is_reported()
    {
        CheckReport report = Checks.Run(Used, Checks.With(0, BaseImage.Empty));
        Assert.Equal(["2 UndefinedVar", "4 UndefinedVar", "5 UndefinedVar"], Checks.Shown(report));
        Assert.Equal(["CSN1403"], report.Others.Select(static d => d.Code));
    }

    [Theory]
    [InlineData("FROM a\nARG DIR_ASSETS\nCOPY $DIR_ASSET /b", "did you mean \"$DIR_ASSETS\"?")]
    [InlineData("FROM a\nENV PATH=$PAHT:/b", "did you mean \"$PATH\"?")]
    [InlineData("FROM a\nCOPY $foo .\nARG foo=bar", "it is set below, at line 3")]
    [InlineData("ARG VERSION=1\nFROM a\nLABEL version=$VERSION", "ARG VERSION at line 1 is for FROM; repeat ARG VERSION in this stage")]
    [InlineData("FROM a\nENV A=1 B=$A", "an instruction sees only what those before it set: set the variable in one of its own, above")]
    public void What_the_Dockerfile_itself_shows_to_be_a_mistake_is_reported(string text, string hint)
    {
        CheckWarning found = Assert.Single(Checks.Run(text).Warnings);
        Assert.Equal(("UndefinedVar", hint), (found.Rule.Name, found.Finding.Hint));
    }

    [Theory]
    [InlineData("ARG PYTHON_VERSION=3\nFROM python:$PYTHON_VERSION\nENV A=$PYTHON_VERSION")]
    [InlineData("FROM a AS b\nENV A=$UNKNOWN\nFROM b\nEXPOSE $A")]
    [InlineData("FROM scratch\nRNU x\nENV A=$UNKNOWN")]
    public void What_may_be_right_is_not_reported(string text) => Assert.Empty(Checks.Run(text).Diagnostics);

    [Fact]
    public void What_does_not_depend_on_the_image_is_certain() =>
        Assert.Equal(["CSN1401"], Checks.Run("FROM a\nENV A=x\nEXPOSE $A").Others.Select(static d => d.Code));

    [Fact]
    public void Triggers_of_the_image_count_for_what_they_set()
    {
        BaseImage image = new() { Triggers = ["ARG VERSION=1", "CMD shell form", "MAINTAINER no"] };
        Checks.Find("", "FROM a\nCOPY $VERSION /b", Checks.With(0, image));
    }
}
