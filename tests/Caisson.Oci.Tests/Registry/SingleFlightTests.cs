using Caisson.Oci.Registry;

namespace Caisson.Oci.Tests.Registry;

public sealed class SingleFlightTests
{
    [Fact]
    public async Task Work_that_fails_before_it_has_begun_is_not_waited_for_by_the_next()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        SingleFlight<string, int> flight = new();
        await Assert.ThrowsAsync<FormatException>(() => flight.RunAsync("key", static _ => throw new FormatException(), ct));
        Assert.Equal(1, await flight.RunAsync("key", static _ => Task.FromResult(1), ct).WaitAsync(TimeSpan.FromSeconds(10), ct));
    }
}
