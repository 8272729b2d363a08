using Caisson.Cli.Tests.Docs;
using Caisson.Cli.Tests.Testing;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

[assembly: AssemblyFixture(typeof(DocsBases))]

namespace Caisson.Cli.Tests.Docs;

/// <summary>What pages take for granted: the image busybox:1.35, made of Debian's package busybox-static, and a registry on loopback.</summary>
public sealed class DocsBases : IAsyncLifetime
{
    private const string Program = "/bin/busybox";

    private const string Dockerfile =
        """
        FROM scratch
        COPY busybox /bin/busybox
        RUN ["/bin/busybox", "--install", "-s", "/bin"]
        CMD ["sh"]
        """;

    private readonly TempDirectory _directory = new();
    private RegistryProcess? _registry;

    /// <summary>The archive, once it is made.</summary>
    public string Archive => _directory["busybox.tar"];

    /// <summary>Does what a page says.</summary>
    public async Task RunAsync(string page)
    {
        Assert.SkipUnless(File.Exists(Program), "busybox-static is not installed");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        await new DocsRun(Archive, _registry?.Authority).RunAsync(page);
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program) || !Environment.IsPrivilegedProcess)
            return;
        string context = Directory.CreateDirectory(_directory["busybox"]).FullName;
        File.Copy(Program, Path.Combine(context, "busybox"));
        await File.WriteAllTextAsync(Path.Combine(context, "Dockerfile"), Dockerfile);
        (int exitCode, string output) = await Shipped.RunAsync(context, "build", "-t", "busybox:1.35", "-o", $"type=docker,dest={Archive}", ".");
        Assert.True(exitCode == 0, output);
        if (Tool.Find("docker-registry") is not null)
            _registry = await RegistryProcess.StartAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_registry is not null)
            await _registry.DisposeAsync();
        _directory.Dispose();
    }
}
