namespace Caisson.IntegrationTests.Testing;

/// <summary>A store of its own, without any image, for the tests of a class.</summary>
public sealed class ScratchStore : IDisposable
{
    private readonly TempDirectory _directory = new();

    public ScratchStore() => Store = new Store(_directory["store"]);

    public Store Store { get; }

    public void Dispose() => _directory.Dispose();
}
