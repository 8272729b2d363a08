using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.BaseImages;

/// <summary>Base images from package repositories, and those that are refused.</summary>
public sealed class DebianBaseTests(ScratchStore scratch, ExampleBases bases) : IClassFixture<ScratchStore>
{
    private const int InputsCode = 4;

    [Fact]
    public async Task The_same_repository_gives_the_same_image_with_its_packages()
    {
        using PackageRepository repository = await PackageRepository.CreateAsync();
        string key = await repository.NewKeyAsync("owner");
        await repository.SignAsync("owner");
        string first = (await MakeAsync(repository, "--keyring", key)).Succeeded();
        using ScratchStore other = new();
        Assert.Equal(first, (await MakeAsync(other.Store, repository, "--keyring", key)).Succeeded());
        Assert.Matches("^tiny:1@sha256:[0-9a-f]{64}\n$", first);
        Assert.Equal("tiny=1.0-1", await scratch.Store.RunAsync("inspect", "--show=packages", "tiny:1"));
        Assert.Contains("\"created\": \"2024-05-11T09:12:31Z\"", await scratch.Store.RunAsync("inspect", "tiny:1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ordinary_user_makes_the_same_image()
    {
        using PackageRepository repository = await PackageRepository.CreateAsync();
        string key = await repository.NewKeyAsync("owner");
        await repository.SignAsync("owner");
        string expected = (await MakeAsync(repository, "--keyring", key)).Succeeded();
        using TempDirectory directory = new TempDirectory().OpenToAll();
        string home = directory.Make("home");
        ProcessStartInfo start = await OrdinaryUser.AsUserAsync(Start(new Store(Path.Combine(home, "store")), repository, "--keyring", key), home);
        Assert.Equal(expected, (await Tool.CaptureAsync(start)).Succeeded());
    }

    [Fact]
    public async Task The_image_has_the_files_of_the_package()
    {
        using PackageRepository repository = await PackageRepository.CreateAsync();
        string key = await repository.NewKeyAsync("owner");
        await repository.SignAsync("owner");
        using ScratchStore own = new();
        (await MakeAsync(own.Store, repository, "--keyring", key)).Succeeded();
        using Project project = new(own.Store, "FROM tiny:1\n");
        string directory = Path.Combine(project.Path, "out");
        (await project.TryBuildAsync("-o", "type=local,dest=" + directory)).Succeeded();
        Assert.Equal("content", await File.ReadAllTextAsync(Path.Combine(directory, "usr/share/tiny/file"), TestContext.Current.CancellationToken));
        Assert.True(File.Exists(Path.Combine(directory, "var/lib/dpkg/status.d/tiny")), "the package says nothing of itself in the image");
    }

    [Fact]
    public async Task A_repository_that_nobody_signed_is_refused()
    {
        using PackageRepository repository = await PackageRepository.CreateAsync();
        Refused(await MakeAsync(repository));
    }

    [Fact]
    public async Task A_repository_that_somebody_else_signed_is_refused()
    {
        using PackageRepository repository = await PackageRepository.CreateAsync();
        string key = await repository.NewKeyAsync("owner");
        await repository.NewKeyAsync("stranger");
        await repository.SignAsync("stranger");
        Refused(await MakeAsync(repository, "--keyring", key));
    }

    [Fact]
    public async Task A_repository_that_only_the_machine_trusts_is_refused_when_another_keyring_is_given()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting needs root");
        using PackageRepository repository = await PackageRepository.CreateAsync();
        string owner = await repository.NewKeyAsync("owner");
        string trusted = await repository.NewKeyAsync("machine");
        await repository.SignAsync("machine");
        Outcome trusting = await MakeTrustingAsync(repository, trusted);
        Assert.Matches("^tiny:1@sha256:[0-9a-f]{64}\n$", trusting.Succeeded());
        Refused(await MakeTrustingAsync(repository, trusted, "--keyring", owner));
    }

    [Fact]
    public async Task A_repository_that_was_changed_after_it_was_signed_is_refused()
    {
        using PackageRepository repository = await PackageRepository.CreateAsync();
        string key = await repository.NewKeyAsync("owner");
        await repository.SignAsync("owner");
        repository.Forge();
        Refused(await MakeAsync(repository, "--keyring", key));
    }

    [Fact]
    public async Task A_package_that_was_changed_after_it_was_signed_is_refused()
    {
        using PackageRepository repository = await PackageRepository.CreateAsync();
        string key = await repository.NewKeyAsync("owner");
        await repository.SignAsync("owner");
        await repository.SwapPackageAsync();
        string error = (await MakeAsync(repository, "--keyring", key)).Failed(InputsCode);
        Assert.Contains("error CSN2015: mmdebstrap failed:", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_that_is_not_there_is_named()
    {
        using PackageRepository repository = await PackageRepository.CreateAsync();
        string key = await repository.NewKeyAsync("owner");
        await repository.SignAsync("owner");
        string error = (await MakeAsync(repository, "--keyring", key, "--package", "no-such-package")).Failed(InputsCode);
        Assert.Contains("no-such-package", error, StringComparison.Ordinal);
        Assert.EndsWith("hint: check the names after --package\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_that_is_not_there_is_named()
    {
        Tool.Require("mmdebstrap");
        using PackageRepository repository = await PackageRepository.CreateAsync();
        Outcome outcome = await scratch.Store.TryAsync("base", "debian", "--quiet", "--suite=no-such-suite", "--mirror=" + repository.Address, "-t", "none");
        Assert.Contains("the package repository has no release \"no-such-suite\"", outcome.Failed(InputsCode), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bases_of_the_examples_keep_their_packages()
    {
        string[] packages = (await bases.Store.RunAsync("inspect", "--show=packages", await bases.Distroless)).Split('\n');
        Assert.Contains(packages, static p => p.StartsWith("libc6=", StringComparison.Ordinal));
        Assert.DoesNotContain(packages, static p => p.StartsWith("dpkg=", StringComparison.Ordinal));
    }

    private static void Refused(Outcome outcome)
    {
        string error = outcome.Failed(InputsCode);
        Assert.Contains("error CSN2015: mmdebstrap failed: The repository", error, StringComparison.Ordinal);
        Assert.Contains("is not signed", error, StringComparison.Ordinal);
        Assert.EndsWith("hint: only a repository that is signed is used: give the keys that it is signed with by --keyring FILE\n", error, StringComparison.Ordinal);
    }

    // On a machine whose apt trusts a key: it is mounted there, for the command alone.
    private async Task<Outcome> MakeTrustingAsync(PackageRepository repository, string key, params string[] options)
    {
        using TempDirectory keys = new();
        File.Copy(key, keys["machine.gpg"]);
        await Tool.ShellAsync(keys.Path, "chmod 755 . && chmod 644 machine.gpg");
        ProcessStartInfo start = Start(scratch.Store, repository, options);
        ProcessStartInfo inside = new(Tool.Require("unshare"), ["--mount", "sh", "-euc", "mount --bind \"$0\" /etc/apt/trusted.gpg.d; exec \"$@\"", keys.Path, start.FileName, .. start.ArgumentList]);
        foreach ((string variable, string? value) in start.Environment)
            inside.Environment[variable] = value;
        return await Tool.CaptureAsync(inside);
    }

    private Task<Outcome> MakeAsync(PackageRepository repository, params string[] options) => MakeAsync(scratch.Store, repository, options);

    private static Task<Outcome> MakeAsync(Store store, PackageRepository repository, params string[] options) => Tool.CaptureAsync(Start(store, repository, options));

    private static ProcessStartInfo Start(Store store, PackageRepository repository, params string[] options)
    {
        Tool.Require("mmdebstrap");
        return store.Start(
            [
                "base", "debian", "--quiet", "--suite=" + PackageRepository.Suite, "--mirror=" + repository.Address,
                "--variant=extract", "--package=" + PackageRepository.Package, "-t", "tiny:1", .. options,
            ]);
    }
}
