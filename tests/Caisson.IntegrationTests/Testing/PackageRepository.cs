using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A Debian-style package repository of one small package, in a directory.</summary>
internal sealed class PackageRepository : IDisposable
{
    public const string Suite = "test";
    public const string Package = "tiny";

    private readonly TempDirectory _directory = new TempDirectory().OpenToAll();

    private PackageRepository()
    {
    }

    /// <summary>Its address.</summary>
    public string Address => "file://" + _directory["repository"];

    private string ReleasePath => _directory[$"repository/dists/{Suite}"];

    /// <summary>Makes one that nobody has signed.</summary>
    public static async Task<PackageRepository> CreateAsync()
    {
        PackageRepository repository = new();
        await repository.AddPackageAsync();
        repository.WriteRelease("Sat, 11 May 2024 09:12:31 UTC");
        return repository;
    }

    /// <summary>Makes a key and returns the file with its public part.</summary>
    public async Task<string> NewKeyAsync(string name)
    {
        _directory.Make(name);
        File.SetUnixFileMode(_directory[name], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await GpgAsync(name, "--passphrase", "", "--quick-generate-key", $"{name} <{name}@example.org>", "ed25519", "sign", "never");
        string file = _directory[name + ".gpg"];
        await GpgAsync(name, "--output", file, "--export");
        return file;
    }

    /// <summary>Signs it with a key that was made.</summary>
    public Task SignAsync(string key) =>
        GpgAsync(key, "--yes", "--output", Path.Combine(ReleasePath, "InRelease"), "--clearsign", Path.Combine(ReleasePath, "Release"));

    /// <summary>Changes what was signed.</summary>
    public void Forge()
    {
        string file = Path.Combine(ReleasePath, "InRelease");
        File.WriteAllText(file, File.ReadAllText(file).Replace("Label: honest", "Label: forged", StringComparison.Ordinal));
    }

    /// <summary>Puts another package of the same name in the place of the one whose digest was signed.</summary>
    public async Task SwapPackageAsync()
    {
        string packages = Path.Combine(ReleasePath, "main", "binary-" + Architecture, "Packages");
        byte[] signed = await File.ReadAllBytesAsync(packages, TestContext.Current.CancellationToken);
        await AddPackageAsync("other content");
        await File.WriteAllBytesAsync(packages, signed, TestContext.Current.CancellationToken);
    }

    public void Dispose() => _directory.Dispose();

    private static string Architecture => System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        _ => "amd64",
    };

    private async Task AddPackageAsync(string content = "content")
    {
        Tool.Require("dpkg-deb");
        Tool.Require("dpkg-scanpackages");
        _directory.File("package/usr/share/tiny/file", content);
        _directory.File("package/DEBIAN/control", $"""
            Package: {Package}
            Version: 1.0-1
            Architecture: all
            Essential: yes
            Maintainer: Nobody <nobody@example.org>
            Description: one file

            """);
        string root = _directory.Make("repository");
        Directory.CreateDirectory(Path.Combine(root, "pool"));
        Directory.CreateDirectory(Path.Combine(ReleasePath, "main", "binary-" + Architecture));
        await Tool.ShellAsync(root, $"""
            chmod -R u=rwX,go=rX ..
            dpkg-deb --root-owner-group --build ../package pool/{Package}_1.0-1_all.deb
            dpkg-scanpackages pool > dists/{Suite}/main/binary-{Architecture}/Packages
            """);
    }

    private void WriteRelease(string date)
    {
        string name = $"main/binary-{Architecture}/Packages";
        byte[] packages = File.ReadAllBytes(Path.Combine(ReleasePath, name));
        File.WriteAllText(Path.Combine(ReleasePath, "Release"), string.Create(CultureInfo.InvariantCulture, $"""
            Origin: tests
            Label: honest
            Suite: {Suite}
            Codename: {Suite}
            Date: {date}
            Architectures: {Architecture} all
            Components: main
            SHA256:
             {Convert.ToHexStringLower(SHA256.HashData(packages))} {packages.Length} {name}

            """));
    }

    private async Task GpgAsync(string home, params string[] arguments)
    {
        ProcessStartInfo start = new(Tool.Require("gpg"), ["--batch", .. arguments]);
        start.Environment["GNUPGHOME"] = _directory[home];
        (await Tool.CaptureAsync(start)).Succeeded();
        // gpg leaves an agent behind, which would outlive its directory.
        ProcessStartInfo agent = new(Tool.Require("gpgconf"), ["--kill", "all"]);
        agent.Environment["GNUPGHOME"] = _directory[home];
        (await Tool.CaptureAsync(agent)).Succeeded();
    }
}
