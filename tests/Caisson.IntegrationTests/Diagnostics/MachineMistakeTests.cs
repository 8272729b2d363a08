using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Diagnostics;

/// <summary>What users read of a machine that lacks something, and of registries that do not have or do not give what is asked.</summary>
public sealed class MachineMistakeTests(ExampleBases bases)
{
    private const int SandboxCode = 5;
    private const int ImagesCode = 6;
    private const int StoreCode = 7;
    private const int ContainerNotStarted = 125;

    [Fact]
    public async Task A_registry_that_does_not_answer_is_named()
    {
        using Project project = new(bases.Store, "FROM 127.0.0.1:1/team/app:1\n");
        Assert.Equal(
            """
            Dockerfile:1:6: error CSN4001: 127.0.0.1:1 cannot be reached: connection refused
                1 | FROM 127.0.0.1:1/team/app:1
                  |      ^^^^^^^^^^^^^^^^^^^^^^
              hint: check the name, the network and the proxy; plain HTTP to another machine needs --insecure-registry

            """,
            (await project.TryBuildAsync()).Failed(ImagesCode));
    }

    [Fact]
    public async Task A_repository_that_the_registry_does_not_have_is_shown_with_the_one_that_was_meant()
    {
        await using Registry registry = await Registry.StartAsync();
        using ScratchStore scratch = new();
        using Project held = new(scratch.Store, "FROM scratch\nLABEL a=b\n");
        (await held.TryBuildAsync("-t", $"{registry.Authority}/golang:1.19")).Succeeded();
        using Project project = new(scratch.Store, $"FROM {registry.Authority}/goland:1.21-alpine\n");
        string error = (await project.TryBuildAsync()).Failed(ImagesCode);
        Assert.Contains("Dockerfile:1:6: error CSN4003:", error, StringComparison.Ordinal);
        Assert.EndsWith($"hint: did you mean \"{registry.Authority}/golang\"?\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_wants_a_password_is_told_how_to_log_in()
    {
        RegistryProtection protection = new();
        await using Registry registry = await Registry.StartAsync(protection);
        using Project project = new(bases.Store, $"FROM {registry.Authority}/app\n");
        string certificate = protection.WriteCertificate(Path.Combine(project.Path, "ca.pem"));
        string error = (await project.TryBuildAsync("--registry-ca", $"{registry.Authority}={certificate}")).Failed(ImagesCode);
        Assert.Contains("Dockerfile:1:6: error CSN4002:", error, StringComparison.Ordinal);
        Assert.Contains($"hint: log in: caisson login {registry.Authority}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_whose_certificate_nobody_vouches_for_is_refused()
    {
        await using Registry registry = await Registry.StartAsync(new RegistryProtection());
        using Project project = new(bases.Store, $"FROM {registry.Authority}/app\n");
        string error = (await project.TryBuildAsync()).Failed(ImagesCode);
        Assert.Contains("Dockerfile:1:6: error CSN4012:", error, StringComparison.Ordinal);
        Assert.Contains("certificate", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_a_container_runtime_is_told_what_to_install()
    {
        using Project project = new(bases.Store, $"FROM {await bases.Debian}\nRUN true # needs a runtime\n");
        string error = (await TryInAsync(project, "for f in /usr/bin/crun /usr/bin/runc /usr/sbin/runc /usr/bin/youki; do [ ! -e $f ] || mount --bind /dev/null $f; done", "--no-cache")).Failed(SandboxCode);
        Assert.Contains("Dockerfile:2:1: error CSN3002:", error, StringComparison.Ordinal);
        Assert.EndsWith("hint: install one: apt-get install crun (or runc)\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runtime_that_was_asked_for_and_is_not_there_is_named()
    {
        using Project project = new(bases.Store, $"FROM {await bases.Debian}\nRUN true # with a runtime that was asked for\n");
        string error = (await project.TryBuildAsync("--no-cache", "--runtime=rnuc")).Failed(SandboxCode);
        Assert.Contains("Dockerfile:2:1: error CSN3002:", error, StringComparison.Ordinal);
        Assert.Contains("rnuc", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_told_of_as_such()
    {
        using Project project = new(bases.Store, "FROM scratch\nCOPY big /\n");
        await Tool.ShellAsync(project.Path, "head -c 3000000 /dev/urandom > big; mkdir store");
        string error = (await TryInAsync(project, "mount -t tmpfs -o size=2m none store", "--root=store")).Failed(StoreCode);
        Assert.Contains("error CSN5001: the disk is full", error, StringComparison.Ordinal);
        Assert.Contains($"nothing more fits on {project.Path}/store (tmpfs, 2.1MB, ", error, StringComparison.Ordinal);
        Assert.EndsWith("hint: free some space there: caisson prune removes what is not needed of the store; or put it elsewhere with --root\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_fills_the_disk_fails_with_what_its_program_says()
    {
        using Project project = new(bases.Store, "FROM base\nRUN dd if=/dev/zero of=/big bs=1M count=1000\n");
        using Project layout = new(bases.Store, $"FROM {await bases.Debian}\n");
        (await layout.TryBuildAsync("-o", "type=oci,tar=false,dest=oci")).Succeeded();
        await Tool.ShellAsync(project.Path, "mkdir store");
        Outcome outcome = await TryInAsync(project, "mount -t tmpfs -o size=600m none store", "--root=store", $"--build-context=base=oci-layout://{layout.Path}/oci");
        string error = outcome.Failed(1);
        Assert.Contains("No space left on device", error, StringComparison.Ordinal);
        Assert.Contains("Dockerfile:2:1: error CSN3001:", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_cannot_be_used_is_named()
    {
        using Project project = new(bases.Store, "FROM scratch\n");
        string error = (await project.File("store", "a file").TryBuildAsync("--root=store")).Failed(StoreCode);
        Assert.Contains("error CSN5002: the store ", error, StringComparison.Ordinal);
        Assert.EndsWith("hint: choose another place with --root\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_tells_of_the_machine_even_where_the_store_cannot_be_used()
    {
        using Project project = new(bases.Store, "FROM scratch\n");
        Outcome outcome = await project.File("store", "a file").TryAsync("doctor", "--root=store");
        outcome.Failed(SandboxCode);
        Assert.Matches("FAIL store +.*store cannot be used: .*\n +→ choose another place with --root or CAISSON_ROOT", outcome.Output);
        Assert.Matches("ok   OCI runtime ", outcome.Output);
    }

    [Theory]
    [InlineData("inspect", ImagesCode)]
    [InlineData("rmi", ImagesCode)]
    [InlineData("save", ImagesCode)]
    [InlineData("run", ContainerNotStarted)]
    public async Task An_image_that_is_not_there_is_named(string command, int exitCode)
    {
        string error = (await bases.Store.TryAsync(command, "127.0.0.1:1/no/such:image")).Failed(exitCode);
        Assert.Contains("127.0.0.1:1", error, StringComparison.Ordinal);
        Assert.Contains("error CSN400", error, StringComparison.Ordinal);
    }

    // Mounts in a namespace of the command's own: nobody else sees them, and they go when it ends.
    private static Task<Outcome> TryInAsync(Project project, string mounts, params string[] arguments)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting needs root");
        ProcessStartInfo start = project.Start();
        string binary = start.FileName;
        start.FileName = Tool.Require("unshare");
        foreach (string argument in (string[])["--mount", "sh", "-euc", mounts + "; exec \"$@\"", "sh", binary, "build", "--progress=plain", .. arguments, "."])
            start.ArgumentList.Add(argument);
        return Tool.CaptureAsync(start);
    }
}
