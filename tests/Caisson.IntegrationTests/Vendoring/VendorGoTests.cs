using System.Diagnostics;
using System.Text.Json;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Vendoring;

/// <summary><c>caisson vendor go</c> with the machine's go and git; modules come from a proxy in files.</summary>
public sealed class VendorGoTests : IClassFixture<ScratchStore>, IDisposable
{
    private const int InputsCode = 4;
    private const int SandboxCode = 5;

    private const string Main = "package main\n\nimport \"example.com/Greet\"\n\nfunc main() { println(greet.Hi()) }\n";

    private readonly Store _store;
    private readonly TempDirectory _directory = new();
    private readonly ModuleProxy _proxy;

    public VendorGoTests(ScratchStore scratch)
    {
        Tool.Require("go");
        Tool.Require("git");
        _store = scratch.Store;
        _proxy = new ModuleProxy(_directory.Make("proxy"))
            .Put("example.com/Greet", "v1.0.0", ("go.mod", "module example.com/Greet\n\ngo 1.13\n\nrequire example.com/word v1.0.0\n"), ("LICENSE", "MIT\n"), ("greet.go", "package greet\n\nimport \"example.com/word\"\n\nfunc Hi() string { return word.W }\n"))
            .Put("example.com/Greet", "v1.1.0", ("go.mod", "module example.com/Greet\n\ngo 1.17\n\nrequire example.com/word v1.0.0\n"), ("greet.go", "package greet\n\nimport \"example.com/word\"\n\nfunc Hi() string { return word.W }\n"))
            .Put("example.com/unused", "v1.0.0", ("go.mod", "module example.com/unused\n\ngo 1.17\n"), ("unused.go", "package unused\n"))
            .Put("example.com/word", "v1.0.0", ("go.mod", "module example.com/word\n\nrequire example.com/unused v1.0.0\n"), ("COPYING", "BSD\n"), ("word.go", "package word\n\nconst W = \"hello\"\n"));
    }

    [Theory]
    [InlineData("vendor", "-mod=vendor")]
    [InlineData("modcache", "-mod=mod")]
    public async Task The_newest_version_that_fits_is_packed_and_builds_without_a_network(string mode, string flags)
    {
        string repository = await RepositoryAsync();
        Outcome outcome = await VendorAsync(repository, "--latest", "--toolchain=go1.15.9", "--mode=" + mode, "-o", _directory["out.tar.gz"], "--manifest", _directory["out.json"]);
        string printed = outcome.Succeeded();
        Assert.Equal(
            ["v1.3.0: go.mod says go 1.18", "v1.2.0: needs example.com/Greet v1.1.0, whose go.mod says go 1.17"],
            outcome.Error.Split('\n').Where(static l => l.StartsWith('v')));
        Assert.Contains("checked: go", outcome.Error, StringComparison.Ordinal);
        Assert.Matches("^.*out.tar.gz: [0-9.]+kB, 2 modules besides its own, sha256:[0-9a-f]{64}\n$", printed);

        string unpacked = await UnpackAsync("out.tar.gz");
        string top = Path.Combine(unpacked, "app-1.1.0");
        Assert.Equal(await File.ReadAllTextAsync(_directory["out.json"], Ct), await File.ReadAllTextAsync(Path.Combine(top, "caisson-vendor.json"), Ct));
        Assert.Equal(mode == "vendor", Directory.Exists(Path.Combine(top, "vendor")));
        string proxy = mode == "vendor" ? "off" : $"file://{top}/.modcache/cache/download";
        Assert.EndsWith("hello\n", (await GoAsync(top, flags, proxy, moduleCache: null, "run", ".")).Error, StringComparison.Ordinal);
        if (mode == "modcache")
            Assert.EndsWith("hello\n", (await GoAsync(top, flags, "off", Path.Combine(top, ".modcache"), "run", ".")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_manifest_says_what_went_in()
    {
        string repository = await RepositoryAsync();
        (await VendorAsync(repository, "--ref=v1.1.0", "--mode=modcache", "-o", _directory["out.tar.gz"], "--manifest", _directory["out.json"])).Succeeded();
        using JsonDocument manifest = JsonDocument.Parse(await File.ReadAllTextAsync(_directory["out.json"], Ct));
        JsonElement root = manifest.RootElement;
        Assert.Equal("example.com/app v1.1.0 2021-01-02T00:00:00Z modcache 1.14", $"{root.GetProperty("module")} {root.GetProperty("version")} {root.GetProperty("time")} {root.GetProperty("mode")} {root.GetProperty("go")}");
        Assert.Equal((await GitAsync(repository, "rev-parse", "v1.1.0")).Trim(), root.GetProperty("commit").GetString());
        JsonElement[] modules = [.. root.GetProperty("modules").EnumerateArray()];
        Assert.Equal(["example.com/Greet v1.0.0 LICENSE", "example.com/word v1.0.0 COPYING"], modules.Select(static m => $"{m.GetProperty("path")} {m.GetProperty("version")} {m.GetProperty("licences")[0].GetProperty("file")}"));
        string sums = await GitAsync(repository, "show", "v1.1.0:go.sum");
        Assert.All(modules, m => Assert.Contains($"{m.GetProperty("path")} {m.GetProperty("version")} {m.GetProperty("sum")}", sums, StringComparison.Ordinal));
        Assert.Equal(["example.com/unused"], root.GetProperty("goModOnly").EnumerateArray().Select(static m => m.GetProperty("path").GetString()));
    }

    [Fact]
    public async Task The_same_version_gives_the_same_bytes_whoever_packs_it_where_and_when()
    {
        string repository = await RepositoryAsync();
        string[] options = ["--ref=v1.1.0", "--toolchain=go1.15.9", "--mode=modcache"];
        (await VendorAsync(repository, [.. options, "-o", _directory["one.tar.gz"]])).Succeeded();
        using TempDirectory other = new TempDirectory().OpenToAll();
        string copy = Path.Combine(other.Make("deep/below"), "clone");
        await GitAsync(_directory.Path, "clone", "--quiet", repository, copy);
        await Tool.ShellAsync(copy, "find . -exec touch -d 2001-02-03 {} +; chmod -R go-w .");
        await Tool.ShellAsync(other.Path, $"cp -r {_directory["proxy"]} proxy; chmod -R a+rX .");
        string home = other.Make("home");
        ProcessStartInfo start = Start(new Store(Path.Combine(home, "store")), [copy, .. options, "-o", Path.Combine(home, "two.tar.gz")]);
        start.Environment["GOPROXY"] = $"file://{other["proxy"]}";
        start.Environment["TZ"] = "Asia/Tokyo";
        start.WorkingDirectory = home;
        (await Tool.CaptureAsync(await OrdinaryUser.AsUserAsync(start, home))).Succeeded();
        Assert.Equal(await File.ReadAllBytesAsync(_directory["one.tar.gz"], Ct), await File.ReadAllBytesAsync(Path.Combine(home, "two.tar.gz"), Ct));
    }

    [Fact]
    public async Task Of_a_directory_its_files_are_packed_as_they_are_without_what_git_ignores()
    {
        string repository = await RepositoryAsync();
        _directory.File("repository/.gitignore", "*.log\n").File("repository/build.log", "noise").File("repository/new.go", "package main\n");
        await GitAsync(repository, "checkout", "--quiet", "v1.1.0");
        (await VendorAsync(repository, "-o", _directory["out.tar.gz"])).Succeeded();
        string listed = await Tool.RunAsync("tar", "-tzf", _directory["out.tar.gz"]);
        Assert.Contains("/new.go\n", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("build.log", listed, StringComparison.Ordinal);
        Assert.DoesNotContain(".git/", listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_does_not_fit_is_packed_when_it_is_insisted_on_and_the_toolchain_would_try()
    {
        string repository = await RepositoryAsync();
        string error = (await VendorAsync(repository, "--ref=v1.2.0", "--toolchain=go1.15.9")).Failed(InputsCode);
        Assert.Contains("error CSN2130: the toolchain does not support app v1.2.0: needs example.com/Greet v1.1.0, whose go.mod says go 1.17", error, StringComparison.Ordinal);
        Outcome allowed = await VendorAsync(repository, "--ref=v1.2.0", "--toolchain=go1.15.9", "--allow-newer-go", "-o", _directory["out.tar.gz"]);
        allowed.Succeeded();
        Assert.Contains("warning: app v1.2.0 needs example.com/Greet v1.1.0", allowed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_module_that_is_not_the_one_of_its_sum_is_refused()
    {
        string repository = await RepositoryAsync();
        _proxy.Put("example.com/word", "v1.0.0", ("go.mod", "module example.com/word\n\nrequire example.com/unused v1.0.0\n"), ("word.go", "package word\n\nconst W = \"owned\"\n"));
        Assert.Contains("error CSN2134: ", (await VendorAsync(repository, "--ref=v1.1.0")).Failed(InputsCode), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.tar.gz*"));
    }

    [Fact]
    public async Task A_module_that_is_nowhere_is_told()
    {
        string repository = await RepositoryAsync();
        Directory.Delete(_directory["proxy/example.com/word"], recursive: true);
        Assert.Contains("error CSN2133: the dependencies of app v1.1.0 cannot be had: ", (await VendorAsync(repository, "--ref=v1.1.0")).Failed(InputsCode), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("go.mod", "/etc/passwd", "go.mod of the source is no file")]
    [InlineData("go.sum", "../precious", "go.sum of the source is no file")]
    public async Task A_link_in_the_place_of_a_file_that_go_writes_is_not_followed(string name, string target, string message)
    {
        _directory.File("precious", "untouched").File("hostile/go.mod", "module x\n");
        File.Delete(_directory[$"hostile/{name}"]);
        File.CreateSymbolicLink(_directory[$"hostile/{name}"], target);
        Assert.Contains($"error CSN2131: {message}", (await VendorAsync(_directory["hostile"])).Failed(InputsCode), StringComparison.Ordinal);
        Assert.Equal("untouched", await File.ReadAllTextAsync(_directory["precious"], Ct));
    }

    [Fact]
    public async Task A_hostile_go_mod_is_a_diagnostic()
    {
        _directory.File("hostile/go.mod", "module x\nrequire (\n\t../../../etc/passwd v1.0.0\n\t\"\u001b[2J\" v1.0.0\n)\n").File("hostile/main.go", "package main\n\nfunc main() {}\n");
        string error = (await VendorAsync(_directory["hostile"])).Failed(InputsCode);
        Assert.Contains("error CSN21", error, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_go_on_the_machine_it_is_said_how_to_get_it()
    {
        string repository = await RepositoryAsync();
        ProcessStartInfo start = Start(_store, repository, "--ref=v1.1.0");
        // Its path has the usual directories in any case: in a file system where they hold no go it is not found.
        start = new ProcessStartInfo("unshare", ["--mount", "sh", "-euc", "for f in /usr/bin/go /usr/local/bin/go /usr/local/go/bin/go; do [ ! -e \"$f\" ] || mount --bind /dev/null \"$f\"; done; exec \"$@\"", "sh", start.FileName, .. start.ArgumentList]);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        start.Environment["CAISSON_ROOT"] = _store.Root;
        start.Environment["PATH"] = "/usr/bin:/bin";
        Assert.Contains("error CSN3005: go is not on this machine", (await Tool.CaptureAsync(start)).Failed(SandboxCode), StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // v1.0.0, v1.1.0 and newer ones, of which none fits Go 1.15; and tags that name no version.
    private async Task<string> RepositoryAsync()
    {
        string repository = _directory.Make("repository");
        await GitAsync(repository, "init", "--quiet", "--initial-branch=main");
        (string Go, string Greet)[] versions = [("1.13", "v1.0.0"), ("1.14", "v1.0.0"), ("1.14", "v1.1.0"), ("1.18", "v1.1.0")];
        for (int i = 0; i < versions.Length; i++)
        {
            _directory.File("repository/go.mod", $"module example.com/app\n\ngo {versions[i].Go}\n\nrequire example.com/Greet {versions[i].Greet}\n").File("repository/main.go", Main);
            File.Delete(_directory["repository/go.sum"]);
            (await GoAsync(repository, "-mod=mod", _proxy.Address, moduleCache: null, "mod", "tidy")).Succeeded();
            await GitAsync(repository, "add", "--all");
            await GitAsync(repository, "commit", "--quiet", "--message", "change", "--date", $"2021-01-0{i + 1}T00:00:00Z");
            await GitAsync(repository, "tag", $"v1.{i}.0");
        }
        await GitAsync(repository, "tag", "nightly");
        await GitAsync(repository, "tag", "v2.0.0-rc.1");
        return repository;
    }

    private Task<Outcome> VendorAsync(string source, params string[] options) => Tool.CaptureAsync(Start(_store, [source, .. options]));

    private ProcessStartInfo Start(Store store, params string[] arguments)
    {
        ProcessStartInfo start = store.Start(["vendor", "go", .. arguments]);
        start.WorkingDirectory = _directory.Path;
        start.Environment["GOPROXY"] = _proxy.Address;
        start.Environment["GONOSUMDB"] = "*";
        return start;
    }

    private async Task<string> UnpackAsync(string archive)
    {
        string directory = _directory.Make("unpacked");
        await Tool.RunAsync("tar", "-xzf", _directory[archive], "-C", directory);
        return directory;
    }

    private Task<Outcome> GoAsync(string directory, string flags, string proxy, string? moduleCache, params string[] arguments)
    {
        ProcessStartInfo start = new(Tool.Require("go"), arguments) { WorkingDirectory = directory };
        start.Environment["GOFLAGS"] = flags + " -modcacherw";
        start.Environment["GOPROXY"] = proxy;
        start.Environment["GOSUMDB"] = "off";
        start.Environment["GOENV"] = "off";
        start.Environment["GOPATH"] = _directory.Make("gopath");
        start.Environment["GOMODCACHE"] = moduleCache ?? Path.Combine(_directory.Make("modules"), Path.GetRandomFileName());
        return Tool.CaptureAsync(start);
    }

    private static async Task<string> GitAsync(string directory, params string[] arguments)
    {
        ProcessStartInfo start = new(Tool.Require("git"), ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "safe.directory=*", .. arguments]) { WorkingDirectory = directory };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        string? date = Array.Find(arguments, static a => a.StartsWith("2021-", StringComparison.Ordinal));
        if (date is not null)
            start.Environment["GIT_COMMITTER_DATE"] = date;
        return (await Tool.CaptureAsync(start)).Succeeded();
    }
}
