using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Exporting;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Testing;

/// <summary>An engine on a store of its own, with a build context to fill; builds Dockerfiles that are given as text.</summary>
internal sealed class Workshop : IAsyncDisposable
{
    private readonly TempDirectory _directory;

    private Workshop(TempDirectory directory, BuildEngine engine, string contextPath)
    {
        _directory = directory;
        Engine = engine;
        Context = new Folder(contextPath);
    }

    public BuildEngine Engine { get; private set; }

    public Folder Context { get; }

    /// <summary>Where the store is.</summary>
    public string StatePath => _directory["state"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public string this[string name] => _directory[name];

    public static async Task<Workshop> OpenAsync(Func<BuildEngineOptions, BuildEngineOptions>? edit = null, string context = "context")
    {
        TempDirectory directory = new();
        return new Workshop(directory, await OpenEngineAsync(directory["state"], edit), directory[context]);
    }

    public static Task<BuildEngine> OpenEngineAsync(string statePath, Func<BuildEngineOptions, BuildEngineOptions>? edit = null)
    {
        BuildEngineOptions options = new()
        {
            StatePath = statePath,
            SearchPath = Environment.GetEnvironmentVariable("PATH") ?? "",
            Parallelism = 2,
        };
        return BuildEngine.OpenAsync(edit?.Invoke(options) ?? options, Ct);
    }

    /// <summary>Another directory of the test.</summary>
    public Folder Folder(string name) => new(_directory[name]);

    /// <summary>Closes the engine and opens it again on the same store, as the next process would.</summary>
    public async Task ReopenAsync()
    {
        await Engine.DisposeAsync();
        Engine = await OpenEngineAsync(StatePath);
    }

    public Task AddImageAsync(string name, Image image) => Engine.Images.AddAsync(image, Reference.Parse(name), Ct);

    public BuildRequest Request(string dockerfile)
    {
        string path = _directory["Dockerfile"];
        File.WriteAllText(path, dockerfile);
        return new BuildRequest { Context = BuildContext.FromDirectory(Context.Path), DockerfilePath = path, Exports = [new Export.Store([])] };
    }

    /// <summary>Builds to the end; what the build throws is thrown.</summary>
    public Task<Built> BuildAsync(string dockerfile, Func<BuildRequest, BuildRequest>? edit = null) =>
        BuildAsync(Engine, edit is null ? Request(dockerfile) : edit(Request(dockerfile)));

    public static async Task<Built> BuildAsync(BuildEngine engine, BuildRequest request)
    {
        await using Build build = engine.Start(request, Ct);
        List<BuildEvent> events = [];
        await foreach (BuildEvent happened in build.Events)
            events.Add(happened);
        return new Built(await build.Completion, [.. events]);
    }

    /// <summary>What keeps a build from being done: its only finding.</summary>
    public async Task<Diagnostic> FailAsync(string dockerfile, Func<BuildRequest, BuildRequest>? edit = null)
    {
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => BuildAsync(dockerfile, edit));
        return Assert.Single(failure.Diagnostics);
    }

    /// <summary>All files of a build's result, as lines.</summary>
    public async Task<string[]> FilesAsync(string dockerfile, Func<BuildRequest, BuildRequest>? edit = null)
    {
        using MemoryStream tar = new();
        Export export = new Export.Tar(ExportFile.To(tar));
        await BuildAsync(dockerfile, request => (edit?.Invoke(request) ?? request) with { Exports = [export] });
        tar.Position = 0;
        return await Layers.OfAsync(tar);
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _directory.Dispose();
    }
}
