using System.Diagnostics;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A Dockerfile with its build context, as a test writes them.</summary>
internal sealed class Project : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly Store _store;

    /// <summary>Makes one.</summary>
    /// <param name="store">What it is built in.</param>
    /// <param name="dockerfile">The text of the Dockerfile; none is written when it is null.</param>
    public Project(Store store, string? dockerfile = null)
    {
        _store = store;
        if (dockerfile is not null)
            File("Dockerfile", dockerfile);
    }

    /// <summary>The directory of the context.</summary>
    public string Path => _directory.Path;

    /// <summary>Writes a file of the context.</summary>
    public Project File(string name, string content = "")
    {
        _directory.File(name, content);
        return this;
    }

    /// <summary>Builds in the directory of the context, as users do; the arguments stand before the context.</summary>
    public Task<Outcome> TryBuildAsync(params IEnumerable<string> arguments) => TryAsync(["build", "--progress=plain", .. arguments, "."]);

    /// <summary>Runs a command in the directory of the context.</summary>
    public Task<Outcome> TryAsync(params IEnumerable<string> arguments) => Tool.CaptureAsync(Start(arguments));

    /// <summary>How a command is started in the directory of the context.</summary>
    public ProcessStartInfo Start(params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = _store.Start(arguments);
        start.WorkingDirectory = Path;
        return start;
    }

    public void Dispose() => _directory.Dispose();
}
