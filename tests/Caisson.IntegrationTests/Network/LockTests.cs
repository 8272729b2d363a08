using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Network;

/// <summary><c>caisson lock</c> writes down what a build takes, and <c>--locked</c> takes nothing else.</summary>
public sealed class LockTests(ExampleBases tools) : IAsyncLifetime
{
    private readonly WebServer _server = new();
    private Project _project = null!; // set before any test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server.File("file", "first").File("added", "added");
        _project = new(tools.Store, $"FROM {await tools.Tools}\nADD https://files.example/added /\nRUN : {_server.Address}; curl -fsS https://files.example/file > /got\n");
        _project.File("caisson.policy.json", "{\"rules\":[" + _server.Rule + "]}");
    }

    public async ValueTask DisposeAsync()
    {
        _project.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_a_build_takes_is_written_down_and_taken_again()
    {
        string text = await LockAsync();
        Assert.Matches("(?m)^image docker.io/library/gateway-tools:test linux/amd64 sha256:[0-9a-f]{64}$", text);
        Assert.Matches("(?m)^http https://files.example/added sha256:[0-9a-f]{64}$", text);
        Assert.Matches($"(?m)^network GET https://files.example/file - 200 5 sha256:[0-9a-f]{{64}}$", text);
        (await BuildAsync("--locked", "--no-cache")).Succeeded();
        Assert.Equal(text, await LockAsync());
    }

    [Fact]
    public async Task What_has_changed_since_is_refused_and_shown()
    {
        await LockAsync();
        _server.File("file", "second");
        (await BuildAsync("--locked")).Succeeded(); // what was made of the right file still counts
        Outcome outcome = await BuildAsync("--locked", "--no-cache");
        Assert.Contains("it is not what the lock file says: expected status 200, 5 bytes, sha256:", outcome.Error, StringComparison.Ordinal);
        Outcome check = await _project.TryAsync("lock", "--check", "--pull=missing", "--progress=quiet", "--ca", _server.CertificatePath, ".");
        Assert.NotEqual(0, check.ExitCode);
        Assert.Contains($"~ network GET https://files.example/file -: 200 5 sha256:", check.Output, StringComparison.Ordinal);
        Assert.Contains("CSN2175", check.Error, StringComparison.Ordinal);
        (await _project.TryAsync("lock", "--upgrade", "--pull=missing", "--progress=quiet", "--ca", _server.CertificatePath, ".")).Succeeded();
        (await BuildAsync("--locked", "--no-cache")).Succeeded();
    }

    [Fact]
    public async Task What_is_not_in_it_is_refused()
    {
        await LockAsync();
        _server.File("more", "more");
        _project.File("Dockerfile", $"FROM {await tools.Tools}\nRUN : {_server.Address}; curl -fsS https://files.example/more > /got\n");
        Assert.Contains($"the step asked for GET https://files.example/more", (await BuildAsync("--locked")).Error, StringComparison.Ordinal);
        _project.File("Dockerfile", "FROM scratch\nADD https://files.example/more /\n");
        Assert.Contains("CSN2175: the file https://files.example/more is not in the lock file", (await BuildAsync("--locked")).Error, StringComparison.Ordinal);
        _project.File("Dockerfile", "FROM other:1\n");
        Assert.Contains("CSN2175: the image other:1 for linux/amd64 is not in the lock file", (await BuildAsync("--locked")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_of_an_open_build_does_not_count_where_the_lock_file_does()
    {
        await LockAsync();
        _server.File("file", "second");
        (await BuildAsync("--network=gateway", "--no-cache")).Succeeded(); // its result is stored
        Outcome outcome = await BuildAsync("--locked");
        Assert.Contains("it is not what the lock file says", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_lock_file_nothing_is_locked()
    {
        Outcome outcome = await BuildAsync("--locked");
        Assert.Contains("CSN2174: there is no lock file", outcome.Error, StringComparison.Ordinal);
    }

    private async Task<string> LockAsync()
    {
        (await _project.TryAsync("lock", "--progress=quiet", "--ca", _server.CertificatePath, ".")).Succeeded();
        return await File.ReadAllTextAsync(Path.Combine(_project.Path, "Dockerfile.lock"), Ct);
    }

    private Task<Outcome> BuildAsync(params string[] options) => _project.TryBuildAsync(["--ca", _server.CertificatePath, .. options]);
}
