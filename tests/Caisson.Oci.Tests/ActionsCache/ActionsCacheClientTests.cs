using Caisson.Oci.ActionsCache;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Services;

namespace Caisson.Oci.Tests.ActionsCache;

public sealed class ActionsCacheClientTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_written_is_found_by_its_key_and_by_its_beginning(bool isVersion2)
    {
        await using ActionsStandIn server = new();
        using ActionsCacheClient client = Open(server, isVersion2);
        Assert.Null(await client.FindAsync("name#", Ct));
        Assert.True(await WriteAsync(client, "name#1", [1, 2, 3]));
        Assert.True(await WriteAsync(client, "name#2", [4, 5]));
        ActionsCacheEntry? newest = await client.FindAsync("name#", Ct);
        Assert.Equal("name#2", newest?.Key);
        Assert.Equal([4, 5], await client.ReadAsync(newest!, 100, Ct));
        ActionsCacheEntry? first = await client.FindAsync("name#1", Ct);
        await using Stream stream = client.Open(first!, 3);
        using MemoryStream read = new();
        await stream.CopyToAsync(read, Ct);
        Assert.Equal([1, 2, 3], read.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_that_is_there_is_not_written_again(bool isVersion2)
    {
        await using ActionsStandIn server = new();
        using ActionsCacheClient client = Open(server, isVersion2);
        Assert.True(await WriteAsync(client, "key", [1]));
        Assert.False(await WriteAsync(client, "key", [2]));
        Assert.Equal(["key"], server.Keys);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Too_many_requests_are_tried_again(bool isVersion2)
    {
        await using ActionsStandIn server = new() { Refusals = 2 };
        using ActionsCacheClient client = Open(server, isVersion2);
        Assert.True(await WriteAsync(client, "key", [1]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wrong_token_is_told_without_it(bool isVersion2)
    {
        await using ActionsStandIn server = new();
        using ActionsCacheClient client = new(server.Address, "wrong-token", isVersion2, new RegistryOptions());
        RegistryException refused = await Assert.ThrowsAsync<RegistryException>(() => client.FindAsync("key", Ct));
        Assert.Equal(RegistryErrorKind.Unauthorized, refused.Kind);
        Assert.DoesNotContain("wrong-token", refused.ToString(), StringComparison.Ordinal);
    }

    private static Task<bool> WriteAsync(ActionsCacheClient client, string key, byte[] content) =>
        client.TryWriteAsync(key, content.Length, _ => Task.FromResult<Stream>(new MemoryStream(content)), Ct);

    private static ActionsCacheClient Open(ActionsStandIn server, bool isVersion2) =>
        new(server.Address, ActionsStandIn.Token, isVersion2, new RegistryOptions { Retry = new RetryPolicy { FirstDelay = TimeSpan.FromMilliseconds(1) } });
}
