using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Exports;

/// <summary><c>caisson login</c> and <c>logout</c> at a real registry with a password.</summary>
public sealed class LoginTests(ScratchStore scratch) : IClassFixture<ScratchStore>
{
    private const string Helper = """
        #!/bin/sh
        # Keeps one credential in a file next to itself.
        kept="${0%/*}/kept"
        case "$1" in
        store) cat > "$kept" ;;
        get) cat "$kept" 2>/dev/null || { echo credentials not found in native keychain; exit 1; } ;;
        erase) cat > /dev/null; rm -f "$kept" ;;
        esac
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_password_is_checked_kept_used_and_forgotten()
    {
        RegistryProtection protection = new();
        await using Registry registry = await Registry.StartAsync(protection);
        using Project project = new(scratch.Store, "FROM scratch\nCOPY file /\n");
        project.File("file", "x").File("password", RegistryProtection.Password + "\n").File("wrong", "wrong\n").File("docker/config.json", """{"psFormat":"kept"}""");
        protection.WriteCertificate(Path.Combine(project.Path, "ca.pem"));
        string config = Path.Combine(project.Path, "docker", "config.json");

        Outcome wrong = await RunAsync(project, $"caisson --ca ca.pem login -u {RegistryProtection.User} --password-stdin {registry.Authority} < wrong");
        Assert.Equal(6, wrong.ExitCode);
        Assert.Contains($"error CSN4035: {registry.Authority} does not accept user name and password of \"{RegistryProtection.User}\"", wrong.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("auths", await File.ReadAllTextAsync(config, Ct), StringComparison.Ordinal);

        (await RunAsync(project, $"caisson --ca ca.pem login -u {RegistryProtection.User} --password-stdin {registry.Authority} < password")).Succeeded();
        Assert.Contains("\"psFormat\": \"kept\"", await File.ReadAllTextAsync(config, Ct), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(config));
        (await RunAsync(project, $"caisson --ca ca.pem build -q -t {registry.Authority}/app:1 --push .")).Succeeded();
        await Tool.RunAsync("skopeo", "inspect", "--tls-verify=false", "--authfile", config, $"docker://{registry.Authority}/app:1");

        (await RunAsync(project, $"caisson logout {registry.Authority}")).Succeeded();
        Outcome refused = await RunAsync(project, $"caisson --ca ca.pem pull {registry.Authority}/app:1");
        Assert.Contains("error CSN4002", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"caisson login {registry.Authority}", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_asked_for_on_a_terminal_and_not_shown()
    {
        RegistryProtection protection = new();
        await using Registry registry = await Registry.StartAsync(protection);
        using Project project = new(scratch.Store);
        project.File("docker/config.json", "{}");
        string[] login = ["--ca", protection.WriteCertificate(Path.Combine(project.Path, "ca.pem")), "login", registry.Authority];
        await using (Terminal stopped = Terminal.Start(Start(project, login)))
        {
            await stopped.ShowsAsync("User name for");
            await stopped.TypeAsync("\x03");
            Assert.Equal(130, await stopped.EndAsync());
        }
        await using Terminal terminal = Terminal.Start(Start(project, login));
        await terminal.ShowsAsync("User name for");
        await terminal.TypeAsync(RegistryProtection.User + "\n");
        await terminal.ShowsAsync("Password of");
        await terminal.TypeAsync(RegistryProtection.Password + "\n");
        await terminal.ShowsAsync("Logged in to");
        Assert.Equal(0, await terminal.EndAsync());
        Assert.DoesNotContain(RegistryProtection.Password, terminal.ToString(), StringComparison.Ordinal);

        static ProcessStartInfo Start(Project project, string[] arguments)
        {
            ProcessStartInfo start = project.Start(arguments);
            start.Environment["DOCKER_CONFIG"] = Path.Combine(project.Path, "docker");
            return start;
        }
    }

    [Fact]
    public async Task A_helper_keeps_the_password_and_the_file_does_not()
    {
        RegistryProtection protection = new();
        await using Registry registry = await Registry.StartAsync(protection);
        using Project project = new(scratch.Store);
        project.File("password", RegistryProtection.Password).File("docker/config.json", """{"credsStore":"test"}""").File("bin/docker-credential-test", Helper);
        protection.WriteCertificate(Path.Combine(project.Path, "ca.pem"));
        File.SetUnixFileMode(Path.Combine(project.Path, "bin", "docker-credential-test"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (await RunAsync(project, $"caisson --ca ca.pem login -u {RegistryProtection.User} --password-stdin {registry.Authority} < password")).Succeeded();
        Assert.Contains(RegistryProtection.Password, await File.ReadAllTextAsync(Path.Combine(project.Path, "bin", "kept"), Ct), StringComparison.Ordinal);
        Assert.DoesNotContain("auth\"", await File.ReadAllTextAsync(Path.Combine(project.Path, "docker", "config.json"), Ct), StringComparison.Ordinal);
        (await RunAsync(project, $"caisson --ca ca.pem registry ls {registry.Authority}")).Succeeded();
        (await RunAsync(project, "caisson logout --all")).Succeeded();
        Assert.False(File.Exists(Path.Combine(project.Path, "bin", "kept")));
    }

    // In a shell, as users do: the password comes on standard input.
    private Task<Outcome> RunAsync(Project project, string command)
    {
        ProcessStartInfo program = project.Start();
        ProcessStartInfo start = new("/bin/sh", ["-c", command.Replace("caisson ", $"'{program.FileName}' {string.Join(' ', program.ArgumentList)} ", StringComparison.Ordinal)]) { WorkingDirectory = project.Path };
        foreach ((string name, string? value) in program.Environment)
            start.Environment[name] = value;
        start.Environment["DOCKER_CONFIG"] = Path.Combine(project.Path, "docker");
        start.Environment["PATH"] = $"{Path.Combine(project.Path, "bin")}:{program.Environment["PATH"]}";
        return Tool.CaptureAsync(start);
    }
}
