using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Vendoring;

/// <summary>Modules from a git server, packed with a real go.</summary>
public sealed class GitVendorTests : IAsyncLifetime
{
    private readonly List<string> _said = [];
    private Workshop _workshop = null!; // made before each test
    private GitServer _server = null!;
    private GitWork _work = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Tool.Require("go");
        _workshop = await Workshop.OpenAsync();
        _server = new GitServer(_workshop["served"], "Basic " + Convert.ToBase64String("user:pass word"u8));
        _work = new GitWork(_workshop["served"], "app.git", _workshop["work"]);
        Tag("v1.0.0", "1.13");
        Tag("v1.1.0", "1.14");
        Tag("v1.2.0", "1.18");
        _work.Files.File("tools/go.mod", "module example.com/app/tools\n\ngo 1.14\n").File("tools/tool.go", "package main\n\nfunc main() {}\n");
        _work.Commit();
        _work.Run("tag", "--annotate", "--message", "tools", "tools/v0.1.0");
        _work.Push();
    }

    public async ValueTask DisposeAsync()
    {
        if (_workshop is null)
            return;
        await _server.DisposeAsync();
        await _workshop.DisposeAsync();
    }

    [Fact]
    public async Task The_newest_version_that_fits_is_packed_and_no_password_is_told()
    {
        GoVendorResult result = await VendorAsync(static r => r);
        Assert.Equal(["v1.2.0: go.mod says go 1.18"], _said.Where(static s => !s.StartsWith("checked:", StringComparison.Ordinal)));
        Assert.Equal("v1.1.0", result.Version);
        Assert.Contains("/app.git\"", result.Manifest, StringComparison.Ordinal);
        Assert.DoesNotContain("pass", result.Manifest, StringComparison.Ordinal);
        string[] names = (await Tool.RunAsync("tar", "-tzf", result.Path)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["app-1.1.0/", "app-1.1.0/caisson-vendor.json", "app-1.1.0/go.mod", "app-1.1.0/main.go"], names);
    }

    [Fact]
    public async Task A_reference_or_a_module_below_the_top_is_taken_when_it_is_named()
    {
        Assert.Equal("v1.0.0", (await VendorAsync(static r => r with { Reference = "v1.0.0" })).Version);
        Assert.Equal("main", (await VendorAsync(static r => r with { Reference = "main", Toolchain = "go1.18" })).Version);
        GoVendorResult tools = await VendorAsync(static r => r with { ModuleDirectory = "tools" });
        Assert.Equal("v0.1.0", tools.Version);
        Assert.Contains("tools-0.1.0/tools/tool.go", await Tool.RunAsync("tar", "-tzf", tools.Path), StringComparison.Ordinal);
        BuildException e = await Assert.ThrowsAsync<BuildException>(() => VendorAsync(static r => r with { Reference = "v1.9.0" }));
        Assert.Equal(EngineCodes.GitReferenceNotFound, e.Code);
        Assert.DoesNotContain("pass", e.Message, StringComparison.Ordinal);
    }

    private void Tag(string version, string go)
    {
        _work.Files.File("go.mod", $"module example.com/app\n\ngo {go}\n").File("main.go", "package main\n\nfunc main() {}\n");
        _work.Commit();
        _work.Run("tag", version);
        _work.Push();
    }

    private Task<GoVendorResult> VendorAsync(Func<GoVendorRequest, GoVendorRequest> edit)
    {
        GoVendorRequest request = new() { Source = _server.Address.Replace("://", "://user:pass%20word@", StringComparison.Ordinal) + "/app.git", Toolchain = "go1.15.9", OutputDirectory = _workshop["out"] };
        return _workshop.Engine.VendorGoAsync(edit(request), _said.Add, Ct);
    }
}
