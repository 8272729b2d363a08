using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Clients;

/// <summary>A Docker engine and a daemon of Caisson, and the same client for both, for the tests of a class.</summary>
public partial class TwoEngines : IAsyncLifetime
{
    /// <summary>The name of a small Debian that both have.</summary>
    public const string Base = "debian:bookworm";

    private readonly TempDirectory _directory = new();
    private readonly ExampleBases _bases;
    private readonly string _configuration;
    private DockerEngine? _docker;
    private ServedDaemon? _caisson;

    /// <summary>With the classic builder, and images as it has them.</summary>
    public TwoEngines(ExampleBases bases)
        : this(bases, """{"experimental": true}""")
    {
    }

    /// <summary>With a Docker engine that is configured for something.</summary>
    protected TwoEngines(ExampleBases bases, string configuration)
    {
        _bases = bases;
        _configuration = configuration;
    }

    /// <summary>Speaks to the Docker engine.</summary>
    internal DockerClient Docker { get; private set; } = null!; // set before a test begins

    /// <summary>Speaks to Caisson.</summary>
    internal DockerClient Caisson { get; private set; } = null!; // set before a test begins

    /// <summary>buildx at the Docker engine.</summary>
    internal BuildxClient DockerBuildx { get; private set; } = null!; // set before a test begins

    /// <summary>buildx at Caisson's Docker API.</summary>
    internal BuildxClient CaissonBuildx { get; private set; } = null!; // set before a test begins

    /// <summary>buildx at Caisson's BuildKit API.</summary>
    internal BuildxClient Remote { get; private set; } = null!; // set before a test begins

    /// <summary>Caisson's daemon.</summary>
    internal ServedDaemon Daemon => _caisson!; // set before a test begins

    public async ValueTask InitializeAsync()
    {
        string crane = await DockerEngine.ProgramAsync("crane");
        Assert.True(File.Exists(crane));
        Task<DockerEngine> starting = DockerEngine.StartAsync(_directory["docker"], _configuration);
        string archive = _directory["base.tar"];
        await _bases.Store.RunAsync("tag", await _bases.Debian, Base);
        await _bases.Store.RunAsync("save", "-o", archive, Base);
        _caisson = await ServedDaemon.StartAsync(new Store(_directory["store"]), _directory["c.sock"]);
        Caisson = await DockerClient.ForAsync(_caisson.Address, _directory.Make("caisson-config"));
        await Caisson.RunAsync("load", "--input", archive);
        CaissonBuildx = await BuildxClient.ForAsync(_caisson.Address, _directory["caisson-config"]);
        Remote = await CaissonBuildx.RemoteAsync();
        _docker = await starting;
        Docker = await DockerClient.ForAsync(_docker.Address, _directory.Make("docker-config"));
        await Docker.RunAsync("load", "--input", archive);
        DockerBuildx = await BuildxClient.ForAsync(_docker.Address, _directory["docker-config"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_caisson is not null)
            await _caisson.DisposeAsync();
        if (_docker is not null)
            await _docker.DisposeAsync();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs the same command at both; they must end with the same code, and tell the same essentials.</summary>
    /// <returns>What Caisson told.</returns>
    internal async Task<Outcome> SameAsync(string directory, string? input, params string[] arguments)
    {
        Task<Outcome> asking = Docker.TryAsync(directory, input, arguments);
        Outcome own = await Caisson.TryAsync(directory, input, arguments);
        Outcome other = await asking;
        Assert.True(other.ExitCode == own.ExitCode, $"Docker:\n{other}\nCaisson:\n{own}");
        Assert.Equal(Essentials(other.Output), Essentials(own.Output));
        return own;
    }

    /// <summary>The files of an image at both, with mode, owner, size and link; they must be the same.</summary>
    internal async Task SameFilesAsync(string image)
    {
        Task<string> asking = FilesAsync(Docker, image, _directory[Guid.NewGuid().ToString("N")]);
        string own = await FilesAsync(Caisson, image, _directory[Guid.NewGuid().ToString("N")]);
        Assert.Equal(await asking, own);
    }

    /// <summary>What an inspection gives at both, which must be the same.</summary>
    internal async Task SameInspectionAsync(string image, string format) =>
        Assert.Equal(await Docker.RunAsync("image", "inspect", "--format", format, image), await Caisson.RunAsync("image", "inspect", "--format", format, image));

    // Without what names the intermediate images and containers of the one, and the steps of the other.
    private static string[] Essentials(string output) =>
        [.. output.Split('\n').Where(static l => !Internal().IsMatch(l) && l.Length > 0).Select(static l => Ids().Replace(l, "ID"))];

    private static async Task<string> FilesAsync(DockerClient client, string image, string archive)
    {
        await client.RunAsync("save", "--output", archive, image);
        string crane = await DockerEngine.ProgramAsync("crane");
        return await Tool.ShellAsync(Path.GetDirectoryName(archive)!, $"'{crane}' export - - < '{archive}' | tar --list --verbose --numeric-owner | awk '{{$4 = $5 = \"\"; print}}' | sort"); // in a directory
    }

    [GeneratedRegex("^ ---> |^Sending build context|^Removing intermediate|^Removed intermediate")]
    private static partial Regex Internal();

    [GeneratedRegex("(?<=Successfully built )[0-9a-f]{12}|sha256:[0-9a-f]{64}")]
    private static partial Regex Ids();
}
