using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Sandbox;

/// <summary>One box for all tests of a class: opened when the first one asks for it.</summary>
/// <param name="runtime">The OCI runtime.</param>
/// <param name="rights">Who sets containers up.</param>
public abstract class SandboxPlace(string runtime, SandboxRights rights) : IAsyncDisposable
{
    private readonly TempDirectory _temp = new();
    private IBox? _box;

    public string Runtime => runtime;

    public async ValueTask DisposeAsync()
    {
        if (_box is not null)
            await _box.DisposeAsync();
        _temp.Dispose();
        GC.SuppressFinalize(this);
    }

    internal async Task<IBox> OpenAsync()
    {
        Requires.Root();
        Requires.Tool(runtime);
        return _box ??= await MakeAsync();
    }

    private async Task<IBox> MakeAsync()
    {
        string[] arguments = [_temp.Make("box"), runtime];
        switch (rights)
        {
            case SandboxRights.AllIds:
                await Tool.ShellAsync(_temp.Path, "chmod 755 .; chown 65534:65534 box");
                return await RemoteBox.OpenAsync(await OtherProcess.StartInFullUserNamespaceAsync("serve-box", arguments));
            case SandboxRights.OneId:
                return await RemoteBox.OpenAsync(OtherProcess.StartInUserNamespace("serve-box", arguments));
            default:
                return await Box.OpenAsync(arguments[0], runtime, TestContext.Current.CancellationToken);
        }
    }
}
