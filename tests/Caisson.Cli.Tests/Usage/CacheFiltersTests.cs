using Caisson.Cli.Commands;
using Caisson.Engine;

namespace Caisson.Cli.Tests.Usage;

public sealed class CacheFiltersTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly CacheEntry Entry = new("run-0123456789abcdef0123456789abcdef", CacheEntryTypes.Regular, 1000, Now - TimeSpan.FromHours(25))
    {
        Description = "[2/3] RUN go build ./...",
        IsShared = true,
    };

    [Theory]
    [InlineData("id=run-0123456789abcdef0123456789abcdef", true)]
    [InlineData("id=run-0123456789ab", true)]
    [InlineData("id=run-", false)]
    [InlineData("id!=run-0123456789ab", false)]
    [InlineData("id~=^run-01", true)]
    [InlineData("type=regular", true)]
    [InlineData("type!=regular", false)]
    [InlineData("type=exec.cachemount", false)]
    [InlineData("type~=mount", false)]
    [InlineData("description~=RUN go (build|test)", true)]
    [InlineData("description=[2/3] RUN go build ./...", true)]
    [InlineData("until=24h", true)]
    [InlineData("until=1d1h", true)]
    [InlineData("until=26h", false)]
    [InlineData("shared", true)]
    [InlineData("shared=false", false)]
    [InlineData("private", false)]
    [InlineData("inuse", false)]
    [InlineData("inuse=false", true)]
    [InlineData("mutable", false)]
    [InlineData("immutable=true", true)]
    public void A_filter_holds_or_does_not(string filter, bool holds) => Assert.Equal(holds, CacheFilterValues.Parse(filter, Now)(Entry));

    [Theory]
    [InlineData("id=go-build")]
    [InlineData("id=/go-build")]
    public void The_id_of_a_cache_mount_is_that_of_the_Dockerfile(string filter) => Assert.True(CacheFilterValues.Parse(filter, Now)(Entry with { Id = "/go-build" }));

    [Theory]
    [InlineData("typ=regular", "did you mean \"type\"?")]
    [InlineData("type=exec.cachemunt", "did you mean \"exec.cachemount\"?")]
    [InlineData("type=fronted", "there is no type \"fronted\"")]
    [InlineData("type", "write type=VALUE")]
    [InlineData("id=", "there is no value")]
    [InlineData("until=yesterday", "such as until=24h")]
    [InlineData("until!=24h", "such as until=24h")]
    [InlineData("shared=maybe", "write shared, shared=true or shared=false")]
    [InlineData("description~=(", "no regular expression")]
    [InlineData("", "there is no \"\"")]
    public void What_is_not_understood_is_told(string filter, string expected) =>
        Assert.Contains(expected, Assert.Throws<UsageException>(() => CacheFilterValues.Parse(filter, Now)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("24h", 24 * 3600)]
    [InlineData("1h30m", 5400)]
    [InlineData("7d", 7 * 86400)]
    [InlineData("1.5m", 90)]
    [InlineData("90s", 90)]
    [InlineData("0s", 0)]
    public void A_duration_has_units(string text, int seconds)
    {
        Assert.True(Durations.TryParse(text, out TimeSpan duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("24")]
    [InlineData("h")]
    [InlineData("-1h")]
    [InlineData("1w")]
    [InlineData("1e9h")]
    [InlineData("99999999999999h")]
    public void A_duration_that_cannot_be_meant_is_none(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0 seconds ago")]
    [InlineData(-5, "0 seconds ago")]
    [InlineData(1, "1 second ago")]
    [InlineData(3599, "59 minutes ago")]
    [InlineData(86400 * 3, "3 days ago")]
    public void An_age_is_told_in_its_largest_unit(int seconds, string expected) => Assert.Equal(expected, Durations.Ago(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("run-0123456789abcdef0123456789abcdef", "run-0123456789ab")]
    [InlineData("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "sha256:0123456789ab")]
    [InlineData("/root/.cache/go-build", "/root/.cache/go-build")]
    [InlineData("a-very-long-id-of-a-mount", "a-very-long-id-of-a-mount")]
    public void A_long_number_is_cut_short(string id, string expected) => Assert.Equal(expected, ShortId.Of(id));

    [Fact]
    public void A_size_has_a_unit()
    {
        Assert.Null(SizeOption.Read("--max-size", null));
        Assert.Equal(20L << 30, SizeOption.Read("--max-size", "20g"));
        Assert.Contains("--max-size=much", Assert.Throws<UsageException>(() => SizeOption.Read("--max-size", "much")).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => SizeOption.Read("--max-size", "0", least: 1));
        Assert.Throws<UsageException>(() => SizeOption.Read("--max-size", "-1"));
    }
}
