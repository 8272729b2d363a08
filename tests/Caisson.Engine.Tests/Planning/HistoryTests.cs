using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Planning;

/// <summary>What an image's history says of the instructions that made it.</summary>
public sealed class HistoryTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync() => _workshop = await Workshop.OpenAsync();

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Theory]
    [InlineData("""CMD ["say", "\"hi\"", "a\\b", "tab\there", "ü"]""", """CMD ["say" "\"hi\"" "a\\b" "tab\there" "ü"]""")]
    [InlineData("""CMD ["\u0001\u007f"]""", """CMD ["\x01\x7f"]""")]
    [InlineData("""ENTRYPOINT echo "x" """, """ENTRYPOINT ["/bin/sh" "-c" "echo \"x\""]""")]
    public async Task Commands_are_quoted_as_in_Go(string instruction, string line) => Assert.Equal(line, (await HistoryAsync($"FROM scratch\n{instruction}\n")).Single());

    [Fact]
    public async Task A_trigger_is_no_part_of_it_until_it_is_carried_out() =>
        Assert.Equal(["ENV A=1", "LABEL b=c"], await HistoryAsync("FROM scratch AS one\nENV A=1\nONBUILD LABEL b=c\nFROM one\n"));

    [Fact]
    public async Task Triggers_of_a_stage_are_carried_out_once() =>
        Assert.Null((await ConfigAsync("FROM scratch AS one\nONBUILD LABEL b=c\nFROM one\n")).Config.OnBuild);

    [Fact]
    public async Task A_health_check_with_no_retries_of_its_own_says_nothing_of_them() =>
        Assert.Null((await ConfigAsync("FROM scratch\nHEALTHCHECK --retries=0 CMD x\n")).Config.HealthCheck?.Retries);

    private async Task<ImageConfig> ConfigAsync(string dockerfile) => (await _workshop.BuildAsync(dockerfile)).Image.Config;

    private async Task<string[]> HistoryAsync(string dockerfile) => [.. ((await ConfigAsync(dockerfile)).History ?? []).Select(static h => h.CreatedBy ?? "")];
}
