using Caisson.Linux.Files;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Sandbox;

public sealed class EmulatorsTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    // As Debian's qemu-user-static tells the kernel (/usr/lib/binfmt.d).
    [Theory]
    [InlineData("arm64", @":qemu-aarch64:M::\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/q:POCF")]
    [InlineData("arm", @":qemu-arm:M::\x7f\x45\x4c\x46\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x28\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/q:POCF")]
    [InlineData("s390x", @":qemu-s390x:M::\x7f\x45\x4c\x46\x02\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x16:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff:/q:POCF")]
    public void The_kernel_is_told_how_programs_begin(string architecture, string expected) =>
        Assert.Equal(expected, ProcessorFormat.Find(architecture)!.RegistrationOf("/q"));

    [Fact]
    public void The_machine_s_own_programs_need_none()
    {
        string own = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64 ? "amd64" : "arm64";
        Assert.True(Emulators.RunsNatively(own));
        Assert.Null(new Emulators("/usr/bin").Find(own));
    }

    [Fact]
    public void A_program_that_needs_libraries_is_none()
    {
        File.Copy("/bin/sh", _directory["qemu-riscv64-static"]); // it is linked to the C library
        Assert.Null(new Emulators(_directory.Path).Find("riscv64"));
        File.WriteAllText(_directory["qemu-riscv64-static"], "no program");
        Assert.Null(new Emulators(_directory.Path).Find("riscv64"));
    }

    [Fact]
    public void What_is_not_there_is_not_found() => Assert.Null(new Emulators(_directory.Path).Find("mips"));

    // A process that nothing refers to gets its standard input closed, and ends.
    [Fact]
    public async Task The_kernel_goes_on_knowing_them()
    {
        Requires.Root();
        Requires.Tool("qemu-aarch64-static");
        using WorkArea work = await WorkArea.CreateAsync(_directory["work"], TimeProvider.System, TestContext.Current.CancellationToken);
        await using SandboxHost host = new(new SandboxHostOptions { SearchPath = Requires.SearchPath }, work);
        PrivateNamespaces namespaces = await host.GetNamespacesAsync(TestContext.Current.CancellationToken);
        Emulation emulation = new(new Emulators(Requires.SearchPath), namespaces, work.NewDirectory("formats"));
        JoinedUserNamespace joined = (await emulation.FindAsync("arm64"))!; // there is one
        for (int i = 0; i < 20; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.True(await namespaces.RunAsync(() => File.Exists(joined.Path)));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        Assert.Same(joined, await emulation.FindAsync("arm64"));
    }

    [Fact]
    public void An_identity_map_has_the_ranges_of_the_map_above()
    {
        Assert.Equal("0 0 1\n1 1 65536\n", IdRange.IdentityMap(IdRange.Read("         0       1000          1\n         1     100000      65536\n")));
        Assert.Equal("0 0 4294967295\n", IdRange.IdentityMap(IdRange.Read("         0          0 4294967295\n")));
    }
}
