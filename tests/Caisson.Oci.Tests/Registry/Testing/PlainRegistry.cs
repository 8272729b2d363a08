using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry.Testing;

/// <summary>One docker-registry that lets everybody in, shared by the tests that only need a registry.</summary>
public sealed class PlainRegistry : IAsyncLifetime
{
    private RegistryProcess? _process;

    /// <summary>Skips the test when the program is missing.</summary>
    public string Authority
    {
        get
        {
            Tool.Require("docker-registry");
            return _process?.Authority ?? throw new InvalidOperationException("not started");
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (Tool.Find("docker-registry") is not null)
            _process = await RegistryProcess.StartAsync();
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
