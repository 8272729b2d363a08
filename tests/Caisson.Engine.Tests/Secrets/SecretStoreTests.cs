using System.Collections.Immutable;
using System.Text;
using Caisson.Engine.Secrets;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Secrets;

public sealed class SecretStoreTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_secret_is_what_its_file_holds() => Assert.Equal("s3cret", Text(await Open(File("s3cret")).TryReadAsync("id", Ct)));

    [Fact]
    public async Task A_secret_is_what_the_caller_gives() => Assert.Equal("given", Text(await Open(Bytes("given")).TryReadAsync("id", Ct)));

    [Fact]
    public async Task A_secret_that_was_not_given_is_none() => Assert.Null(await Open(Bytes("given")).TryReadAsync("other", Ct));

    [Fact]
    public async Task What_a_provider_has_is_asked_for_once_and_known_when_it_was()
    {
        Provider provider = new();
        SecretStore store = SecretStore.Open(ImmutableDictionary<string, SecretSource>.Empty, provider);
        Assert.False(store.Has("key"));
        Assert.Equal("hush", Text(await store.TryReadAsync("key", Ct)));
        Assert.Equal("hush", Text(await store.TryReadAsync("key", Ct)));
        Assert.Null(await store.TryReadAsync("none", Ct));
        Assert.Null(await store.TryReadAsync("none", Ct));
        Assert.Equal((true, false), (store.Has("key"), store.Has("none")));
        Assert.Equal(["key", "none"], provider.Asked);
        Assert.Equal("hush", Text(Assert.Single(store.ReadSoFar)));
    }

    [Fact]
    public async Task Who_waits_for_a_provider_that_never_answers_can_give_up()
    {
        SecretStore store = SecretStore.Open(ImmutableDictionary<string, SecretSource>.Empty, new Provider { IsSilent = true });
        using CancellationTokenSource stop = new();
        Task asking = store.TryReadAsync("key", stop.Token);
        Assert.False(asking.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Empty(store.ReadSoFar);
    }

    [Fact]
    public async Task A_file_is_read_when_it_is_needed_and_once()
    {
        SecretSource.File file = File("before");
        SecretStore store = Open(file);
        System.IO.File.WriteAllText(file.Path, "later");
        Assert.Equal("later", Text(await store.TryReadAsync("id", Ct)));
        System.IO.File.WriteAllText(file.Path, "much later");
        Assert.Equal("later", Text(await store.TryReadAsync("id", Ct)));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_with_its_secret()
    {
        string path = _directory["none"];
        BuildException failure = Assert.Throws<BuildException>(() => Open(new SecretSource.File(path)));
        Assert.Equal(EngineCodes.SecretUnreadable, failure.Diagnostics[0].Code);
        Assert.Equal($"the secret \"id\" cannot be read from {path}: there is no such file", failure.Message);
    }

    [Fact]
    public void A_directory_is_no_secret() =>
        Assert.Contains("it is a directory", Assert.Throws<BuildException>(() => Open(new SecretSource.File(_directory.Path))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_secret_has_at_most_500_KiB()
    {
        Assert.Equal(SecretStore.MaxBytes, (await Open(File(new string('x', SecretStore.MaxBytes))).TryReadAsync("id", Ct))?.Length);
        Assert.Equal(EngineCodes.SecretTooLarge, Assert.Throws<BuildException>(() => Open(File(new string('x', SecretStore.MaxBytes + 1)))).Diagnostics[0].Code);
        Assert.Equal(EngineCodes.SecretTooLarge, (await Assert.ThrowsAsync<BuildException>(() => Open(Bytes(new string('x', SecretStore.MaxBytes + 1))).TryReadAsync("id", Ct))).Diagnostics[0].Code);
        // A device says nothing of its length.
        Assert.Equal(EngineCodes.SecretTooLarge, (await Assert.ThrowsAsync<BuildException>(() => Open(new SecretSource.File("/dev/zero")).TryReadAsync("id", Ct))).Diagnostics[0].Code);
    }

    [Fact]
    public void No_text_of_a_source_shows_the_secret() => Assert.DoesNotContain("given", Bytes("given").ToString(), StringComparison.Ordinal);

    public void Dispose() => _directory.Dispose();

    private static SecretStore Open(SecretSource source) => SecretStore.Open(ImmutableDictionary<string, SecretSource>.Empty.Add("id", source));

    private static SecretSource.Bytes Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private static string? Text(ReadOnlyMemory<byte>? content) => content is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    private SecretSource.File File(string text)
    {
        string path = _directory["secret"];
        System.IO.File.WriteAllText(path, text);
        return new SecretSource.File(path);
    }

    private sealed class Provider : ISecretProvider
    {
        public List<string> Asked { get; } = [];

        public bool IsSilent { get; init; }

        public async Task<ReadOnlyMemory<byte>?> FindAsync(string id, CancellationToken ct)
        {
            Asked.Add(id);
            if (IsSilent)
                await Task.Delay(Timeout.InfiniteTimeSpan, ct);
            return id == "key" ? "hush"u8.ToArray() : (ReadOnlyMemory<byte>?)null;
        }
    }
}
