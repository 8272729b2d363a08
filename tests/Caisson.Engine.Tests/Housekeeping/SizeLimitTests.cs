using Caisson.Engine.Events;
using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Housekeeping;

public sealed class SizeLimitTests : IAsyncDisposable
{
    private const int FileBytes = 200_000;

    private readonly ManualTime _time = new();
    private Workshop? _workshop;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string AccountPath => Path.Combine(_workshop!.StatePath, "account"); // opened first

    public async ValueTask DisposeAsync()
    {
        if (_workshop is not null)
            await _workshop.DisposeAsync();
    }

    [Fact]
    public async Task What_was_not_used_for_longest_is_removed_after_the_build()
    {
        await OpenAsync(limitBytes: 3 * FileBytes);
        await BuildAsync("a");
        await BuildAsync("b");
        await BuildAsync("a"); // a hit is a use
        await BuildAsync("c");
        Assert.Equal(["a", "c"], await KeptAsync());
        Assert.True((await _workshop!.Engine.Cache.MeasureAsync(Ct)).TotalBytes <= 3 * FileBytes);
        Assert.Equal(["COPY a /x cached"], (await BuildAsync("a")).Steps);
        Assert.Equal(["COPY b /x done"], (await BuildAsync("b")).Steps);
    }

    [Fact]
    public async Task Below_the_limit_nothing_is_removed_and_a_build_that_adds_nothing_measures_nothing()
    {
        await OpenAsync(limitBytes: 100 * FileBytes);
        await BuildAsync("a");
        Assert.Equal((await _workshop!.Engine.Cache.MeasureAsync(Ct)).TotalBytes, long.Parse(await File.ReadAllTextAsync(AccountPath, Ct)), 50_000.0);
        // Were it measured, the account would be another one afterwards.
        await File.WriteAllTextAsync(AccountPath, "17", Ct);
        await BuildAsync("a");
        Assert.Equal("17", await File.ReadAllTextAsync(AccountPath, Ct));
        await BuildAsync("b");
        Assert.NotEqual("17", await File.ReadAllTextAsync(AccountPath, Ct));
        Assert.Equal(["a", "b"], await KeptAsync());
    }

    [Fact]
    public async Task What_a_client_sends_counts_and_a_build_of_one_that_sends_nothing_measures_nothing()
    {
        await OpenAsync(limitBytes: 100 * FileBytes);
        await BuildForClientAsync(sentBytes: 5 * FileBytes);
        Assert.Equal((await _workshop!.Engine.Cache.MeasureAsync(Ct)).TotalBytes, long.Parse(await File.ReadAllTextAsync(AccountPath, Ct)), 50_000.0);
        await File.WriteAllTextAsync(AccountPath, "17", Ct);
        await BuildForClientAsync(sentBytes: 0);
        Assert.Equal("17", await File.ReadAllTextAsync(AccountPath, Ct));
        await BuildForClientAsync(sentBytes: 1);
        Assert.NotEqual("17", await File.ReadAllTextAsync(AccountPath, Ct));
    }

    [Fact]
    public async Task A_directory_that_a_client_holds_stays_and_does_not_keep_what_builds_have_used()
    {
        await OpenAsync(limitBytes: 3 * FileBytes);
        using (ClientDirectory held = _workshop!.Engine.ClientDirectories.Lease("other", "context"))
        {
            await BuildForClientAsync(sentBytes: 5 * FileBytes);
            Assert.Empty(await KeptAsync());
            Assert.True(Directory.Exists(held.Path));
        }
        await BuildAsync("a");
        Assert.DoesNotContain((await _workshop.Engine.Cache.MeasureAsync(Ct)).Entries, static e => e.Type == CacheEntryTypes.Client && e.SizeBytes > FileBytes);
        Assert.Equal(["a"], await KeptAsync());
    }

    [Fact]
    public async Task Who_adds_without_a_limit_makes_the_account_void()
    {
        await OpenAsync(limitBytes: 100 * FileBytes);
        await BuildAsync("a");
        Assert.True(File.Exists(AccountPath));
        await using BuildEngine other = await Workshop.OpenEngineAsync(_workshop!.StatePath);
        await Workshop.BuildAsync(other, Request("b"));
        Assert.False(File.Exists(AccountPath));
    }

    [Fact]
    public async Task An_account_that_was_begun_and_not_completed_is_none()
    {
        await OpenAsync(limitBytes: 100 * FileBytes);
        await BuildAsync("a");
        await File.WriteAllTextAsync(AccountPath, "being measured", Ct);
        await BuildAsync("a");
        Assert.True(long.TryParse(await File.ReadAllTextAsync(AccountPath, Ct), out _));
    }

    [Fact]
    public async Task A_store_of_named_images_alone_that_is_too_large_is_told_of()
    {
        await OpenAsync(limitBytes: 1000);
        Built built = await BuildAsync("a", "app:1");
        Assert.Contains("--max-size", Assert.Single(built.Warnings), StringComparison.Ordinal);
        Assert.Equal("CSN2080", Assert.Single(built.Events.OfType<BuildEvent.Warning>()).Diagnostic.Code);
        Assert.Empty(await KeptAsync());
        Assert.NotNull(await _workshop!.Engine.Images.GetAsync(Reference.Parse("app:1"), platform: null, Ct));
    }

    [Fact]
    public async Task A_failing_build_is_followed_by_the_limit_too_and_says_why_it_failed()
    {
        await OpenAsync(limitBytes: 1000);
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => Workshop.BuildAsync(_workshop!.Engine, _workshop.Request("FROM scratch\nCOPY a /x\nCOPY missing /")));
        Assert.Contains("missing", failure.Message, StringComparison.Ordinal);
        Assert.Empty(await KeptAsync());
    }

    private async Task OpenAsync(long limitBytes)
    {
        _workshop = await Workshop.OpenAsync(options => options with { Time = _time, MaxSizeBytes = limitBytes });
        Random random = new(1);
        foreach (string name in (string[])["a", "b", "c"])
        {
            byte[] bytes = new byte[FileBytes];
            random.NextBytes(bytes);
            await File.WriteAllBytesAsync(Path.Combine(Directory.CreateDirectory(_workshop.Context.Path).FullName, name), bytes, Ct);
        }
    }

    private BuildRequest Request(string file, string? name = null) =>
        _workshop!.Request($"FROM scratch\nCOPY {file} /x") with { Exports = [name is null ? new Export.OciArchive(ExportFile.To(Stream.Null), []) : new Export.Store([Reference.Parse(name)])] };

    private Task<Built> BuildAsync(string file, string? name = null)
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        return Workshop.BuildAsync(_workshop!.Engine, Request(file, name));
    }

    private async Task BuildForClientAsync(int sentBytes)
    {
        using ClientDirectory leased = _workshop!.Engine.ClientDirectories.Lease("key", "context"); // opened first
        using (leased.BeginChange())
        {
            if (sentBytes > 0)
            {
                leased.Grow();
                await File.WriteAllBytesAsync(Path.Combine(leased.Path, "sent"), new byte[sentBytes], Ct);
            }
        }
        await BuildAsync("a");
        Assert.True(Directory.Exists(leased.Path));
    }

    // By the file that each was copied from.
    private async Task<string[]> KeptAsync() =>
        [.. (await _workshop!.Engine.Cache.MeasureAsync(Ct)).Entries.Where(static e => e.Type == CacheEntryTypes.Regular).Select(static e => e.Description.Split(' ')[^2]).Order(StringComparer.Ordinal)];
}
