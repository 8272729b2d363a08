using Caisson.Dockerfile.Source;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Tests.Planning;

/// <summary>ONBUILD: what a base image, or a stage, lets the builds upon it do first.</summary>
public sealed class TriggerTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        byte[] archive = await Bases.ArchiveAsync((new TarEntry { Path = "tool", Type = TarEntryType.File, Mode = 0x1ED }, "T"));
        await _workshop.AddImageAsync("tools", Bases.Of(new ContainerConfig(), archive));
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task A_trigger_of_an_image_may_take_from_another_image()
    {
        await AddBaseAsync("COPY --from=tools /tool /from-image");
        Assert.Equal(["f 0755 0:0 from-image \"T\""], await _workshop.FilesAsync("FROM base"));
    }

    [Fact]
    public async Task A_trigger_of_an_image_may_take_from_a_stage_that_nothing_else_needs()
    {
        await AddBaseAsync("COPY --from=helper /made /from-stage");
        _workshop.Context.File("made", "M");
        Assert.Equal(["f 0644 0:0 from-stage \"M\""], await _workshop.FilesAsync("FROM scratch AS helper\nCOPY made /made\nFROM base"));
    }

    [Fact]
    public async Task The_stage_that_a_trigger_takes_from_may_itself_stand_on_an_image_with_triggers()
    {
        await AddBaseAsync("COPY --from=helper /from-image /again");
        await AddBaseAsync("COPY --from=tools /tool /from-image", name: "other");
        Assert.Equal(["f 0755 0:0 again \"T\""], await _workshop.FilesAsync("FROM other AS helper\nFROM base"));
    }

    [Fact]
    public async Task A_trigger_of_a_stage_may_take_from_an_image() =>
        Assert.Equal(["f 0755 0:0 x \"T\""], await _workshop.FilesAsync("FROM scratch AS parent\nONBUILD COPY --from=tools /tool /x\nFROM parent"));

    [Fact]
    public async Task An_image_that_a_trigger_names_and_that_is_not_there_is_told_of_with_the_trigger()
    {
        await AddBaseAsync("COPY --from=127.0.0.1:1/missing /tool /x");
        Diagnostic finding = await _workshop.FailAsync("FROM base");
        Assert.Equal(EngineCodes.RegistryUnreachable, finding.Code);
        Assert.Equal("ONBUILD of base", finding.Where?.Source.Name);
    }

    private Task AddBaseAsync(string trigger, string name = "base") => _workshop.AddImageAsync(name, Bases.Of(new ContainerConfig { OnBuild = [trigger] }));
}
