using Caisson.Dockerfile.Source;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Sources;

/// <summary>Which implementations of the language are ours.</summary>
public sealed class FrontendTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync() => _workshop = await Workshop.OpenAsync();

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Theory]
    [InlineData("# syntax=docker/dockerfile:1")]
    [InlineData("#syntax = docker/dockerfile:1.26-labs")]
    [InlineData("# syntax=docker.io/docker/dockerfile:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("# syntax=docker/dockerfile-upstream:master")]
    [InlineData("#!/usr/bin/env caisson\n# syntax=docker/dockerfile:1")]
    [InlineData("\uFEFF# syntax=docker/dockerfile:1")]
    [InlineData("# escape=\\\n# syntax=docker/dockerfile")]
    public async Task The_builtin_one_is_used_and_nothing_is_downloaded(string head) => Assert.Empty((await _workshop.BuildAsync(head + "\nFROM scratch\nLABEL a=b\n")).Warnings);

    [Theory]
    [InlineData("# syntax=example.com/other/frontend:1", 1, 10)]
    [InlineData("# syntax=docker/dockerfile-copy", 1, 10)]
    [InlineData("# syntax=docker/dockerfilex:1", 1, 10)]
    [InlineData("# syntax=example.com/docker/dockerfile:1", 1, 10)]
    [InlineData("# escape=`\n#syntax=tonistiigi/other # x", 2, 9)]
    [InlineData("// syntax=other/frontend", 1, 11)]
    [InlineData("#!/bin/x\n# syntax=other/frontend", 2, 10)]
    [InlineData("{\"syntax\": \"other/frontend\", \"x\": \"", 1, 13)]
    [InlineData("\uFEFF# syntax=other/frontend", 1, 10)]
    public async Task Another_one_is_refused_at_its_place(string head, int line, int column)
    {
        Diagnostic finding = await _workshop.FailAsync(head.StartsWith('{') ? head + "FROM scratch\"}" : head + "\nFROM scratch\n");
        Assert.Equal((EngineCodes.OtherFrontend, line, column), (finding.Code, finding.Where?.Line, finding.Where?.Column));
    }

    [Theory]
    [InlineData("docker/dockerfile:1", null)]
    [InlineData("other/frontend some arguments", "the build argument BUILDKIT_SYNTAX asks for another implementation of its language, \"other/frontend\"; Caisson has its own and runs no other")]
    public async Task The_build_argument_goes_first(string value, string? message)
    {
        Func<BuildRequest, BuildRequest> edit = r => r with { Arguments = r.Arguments.Add("BUILDKIT_SYNTAX", value) };
        if (message is null)
            Assert.Empty((await _workshop.BuildAsync("# syntax=other/frontend\nFROM scratch\n", edit)).Warnings);
        else
            Assert.Equal(message, (await _workshop.FailAsync("# syntax=docker/dockerfile:1\nFROM scratch\n", edit)).Message);
    }

    [Theory]
    [InlineData("other/frontend:1", "docker-image://docker/dockerfile:1")]
    [InlineData("docker.io/other/frontend", "docker-image://docker/dockerfile-upstream")]
    public async Task A_named_context_can_say_that_it_is_the_builtin_one(string name, string value)
    {
        string syntax = name.EndsWith(":1", StringComparison.Ordinal) ? "other/frontend:1" : "other/frontend:latest";
        Assert.Empty((await _workshop.BuildAsync($"# syntax={syntax}\nFROM scratch\nLABEL a=b\n", r => r with { NamedContexts = r.NamedContexts.Add(name, value) })).Warnings);
    }

    [Theory]
    [InlineData("docker-image://other/frontend", "other/frontend")]
    [InlineData("https://user:pass@example.invalid/x", "https://example.invalid/x")]
    public async Task A_named_context_in_the_place_of_the_builtin_one_is_refused(string value, string shown)
    {
        Diagnostic finding = await _workshop.FailAsync("# syntax=docker/dockerfile:1\nFROM scratch\n", r => r with { NamedContexts = r.NamedContexts.Add("docker/dockerfile:1", value) });
        string message = $"the Dockerfile asks for another implementation of its language, \"docker/dockerfile:1\", replaced by the named context {shown}; Caisson has its own and runs no other";
        Assert.Equal((EngineCodes.OtherFrontend, message), (finding.Code, finding.Message));
    }
}
