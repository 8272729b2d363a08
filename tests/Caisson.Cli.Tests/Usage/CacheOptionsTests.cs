using Caisson.Engine;

namespace Caisson.Cli.Tests.Usage;

public sealed class CacheOptionsTests
{
    private const string Bucket = "type=s3,bucket=b,region=r,access_key_id=KEY,";

    private static readonly Func<string, string?> Nothing = static _ => null;

    [Theory]
    [InlineData("type=s3,SECRET_ACCESS_KEY=hush")]
    [InlineData("type=s3,\"secret_access_key=a,hush\"")]
    [InlineData("type=s3,secret_access_key=a,hush")]
    [InlineData("type=gha,token=a,ghtoken=hush")]
    [InlineData("type=gha,GHToken=hush,token=a")]
    [InlineData(Bucket + "secret_access_key=hush,timeout=soon")]
    public void A_secret_is_never_shown(string value)
    {
        foreach (Action read in (Action[])[() => CacheValues.ReadExports([value], Nothing), () => CacheValues.ReadImports([value], Nothing)])
        {
            string message = Assert.Throws<UsageException>(read).Message;
            Assert.DoesNotContain("hush", message, StringComparison.Ordinal);
            Assert.DoesNotContain("KEY,", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData("90s", 90)]
    [InlineData("1h30m", 5400)]
    [InlineData("24d", 24 * 86400)]
    public void A_timeout_is_a_number_of_seconds_or_has_units(string timeout, int seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.Single(CacheValues.ReadImports([$"type=local,src=/cache,timeout={timeout}"], Nothing)).Timeout);
        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.Single(CacheValues.ReadExports([$"type=local,dest=/cache,timeout={timeout}"], Nothing)).Timeout);
    }

    [Theory]
    [InlineData("NaN", "timeout=NaN is no time; write it as 30s or 5m")]
    [InlineData("-1", "timeout=-1 is no time; write it as 30s or 5m")]
    [InlineData("0", "timeout=0 is no time; write it as 30s or 5m")]
    [InlineData("", "timeout= is no time; write it as 30s or 5m")]
    [InlineData("2000h", "timeout= is longer than 24 days")]
    public void A_timeout_that_cannot_be_waited_is_refused(string timeout, string expected) =>
        Assert.EndsWith(expected, Assert.Throws<UsageException>(() => CacheValues.ReadImports([$"type=local,src=/cache,timeout={timeout}"], Nothing)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("type=registry,ref=registry.example/cache,reset=true", "reset")]
    [InlineData(Bucket + "secret_access_key=s,reset=true", "reset")]
    [InlineData(Bucket + "secret_access_key=s,oci-mediatypes=false", "oci-mediatypes")]
    [InlineData(Bucket + "secret_access_key=s,image-manifest=true", "image-manifest")]
    [InlineData("type=gha,url=https://cache.example,token=t,image-manifest=false", "image-manifest")]
    public void An_option_that_means_nothing_for_a_place_is_refused(string value, string key) =>
        Assert.EndsWith($"\"{key}\" is not known here", Assert.Throws<UsageException>(() => CacheValues.ReadExports([value], Nothing)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_bucket_is_touched_as_seldom_as_one_likes() =>
        Assert.Equal(TimeSpan.FromDays(60), Assert.IsType<CacheLocation.S3>(Assert.Single(CacheValues.ReadExports([Bucket + "secret_access_key=s,touch_refresh=60d"], Nothing)).Location).Bucket.TouchRefresh);
}
