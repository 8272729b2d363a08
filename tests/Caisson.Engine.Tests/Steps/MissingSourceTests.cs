using Caisson.Dockerfile.Source;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Steps;

/// <summary>What users read of a file that is not where an instruction takes it from.</summary>
public sealed class MissingSourceTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync() => _workshop = await Workshop.OpenAsync();

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Theory]
    [InlineData("FROM scratch AS build\nFROM scratch\nCOPY --from=build app /\n", "the stage \"build\"")]
    [InlineData("FROM scratch\nFROM scratch\nCOPY --from=0 app /\n", "the stage 0")]
    [InlineData("FROM scratch\nCOPY --from=box:1 app /\n", "the image box:1")]
    [InlineData("FROM scratch\nCOPY --from=other app /\n", "the named context \"other\"")]
    [InlineData("FROM scratch\nCOPY app /\n", "the build context")]
    [InlineData("FROM scratch\nADD app /\n", "the build context")]
    public async Task A_source_that_is_missing_is_told_with_where_it_was_looked_for(string dockerfile, string from)
    {
        await _workshop.AddImageAsync("box:1", Bases.Of(new ContainerConfig()));
        Diagnostic finding = await _workshop.FailAsync(dockerfile, r => r with { NamedContexts = r.NamedContexts.Add("other", _workshop.Folder("other").Path) });
        Assert.Equal((EngineCodes.SourceNotFound, $"\"app\" is not in {from}"), (finding.Code, finding.Message));
    }

    [Theory]
    [InlineData("COPY a* /new/", null)]
    [InlineData("COPY d/none* d/*/x /new/", null)]
    [InlineData("COPY dd/* /new/", "\"dd\" is not in the build context")]
    [InlineData("COPY d/e/f* /new/", "\"d/e\" is not in the build context")]
    [InlineData("COPY hidden/* /new/", "\"hidden\" is excluded by .dockerignore line 1: hidden")]
    public async Task A_pattern_may_match_nothing_in_a_directory_that_is_there(string copy, string? message)
    {
        _workshop.Context.File("d/x").File("hidden/x").File(".dockerignore", "hidden");
        string dockerfile = $"FROM scratch\n{copy}\n";
        if (message is null)
            await _workshop.BuildAsync(dockerfile);
        else
            Assert.Equal(message, (await _workshop.FailAsync(dockerfile)).Message);
    }
}
