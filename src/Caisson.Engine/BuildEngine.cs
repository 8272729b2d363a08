using Caisson.Engine.Events;
using Caisson.Engine.Sources.Debian;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;

namespace Caisson.Engine;

/// <summary>Builds images. Holds what builds share: the store, the cache, the sandbox.</summary>
/// <remarks>Thread-safe; several builds may go on at once, in this process and in others on the same store.</remarks>
public sealed class BuildEngine : IAsyncDisposable
{
    private readonly EngineParts _parts;

    private BuildEngine(EngineParts parts)
    {
        _parts = parts;
        Images = new LocalImages(parts);
        Places = new ImagePlaces(parts);
        Cache = new LocalCache(parts);
        KeptSteps = new LocalKeptSteps(parts);
        ClientDirectories = new ClientDirectories(parts);
    }

    /// <summary>The images on this machine.</summary>
    public LocalImages Images { get; }

    /// <summary>Images of all places: registries, layouts and archives too.</summary>
    public ImagePlaces Places { get; }

    /// <summary>What the store holds, and the removal of what is not needed.</summary>
    public LocalCache Cache { get; }

    /// <summary>The failed steps that were kept.</summary>
    public LocalKeptSteps KeptSteps { get; }

    /// <summary>The directories that clients of a daemon send.</summary>
    public ClientDirectories ClientDirectories { get; }

    /// <summary>Begins something that goes on with results of builds after they have ended: until the returned value is disposed of, nothing that builds use from now on is removed.</summary>
    public IDisposable BeginUse() => _parts.Work.Claims.Begin();

    /// <summary>What it was opened with.</summary>
    public BuildEngineOptions Options => _parts.Options;

    /// <summary>The platform of this machine.</summary>
    public static Platform MachinePlatform => Sources.MachinePlatform.Current;

    /// <summary>Opens the store, and makes it first where there is none.</summary>
    /// <exception cref="BuildException">The store cannot be used.</exception>
    public static async Task<BuildEngine> OpenAsync(BuildEngineOptions options, CancellationToken ct = default)
    {
        try
        {
            return new BuildEngine(await EngineParts.OpenAsync(options, ct).ConfigureAwait(false));
        }
        catch (IOException e) when (SystemCallException.SaysDiskFull(e))
        {
            throw Failures.DiskFull(e, options.StatePath, options.StatePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.StoreUnusable, $"the store {options.StatePath} cannot be used: {(File.Exists(options.StatePath) ? "it is not a directory" : e.Message)}", "choose another place with --root", e);
        }
        catch (InvalidImageException e)
        {
            string hint = $"remove {Path.Combine(options.StatePath, "images")}, and build or pull the images again";
            throw new BuildException(EngineCodes.StoreDamaged, $"the store {options.StatePath} is damaged: {e.Message}", hint, e);
        }
    }

    /// <summary>Starts a build.</summary>
    /// <param name="request">What is built, and where the result goes.</param>
    /// <param name="ct">Stops it.</param>
    public Build Start(BuildRequest request, CancellationToken ct = default)
    {
        EventLog events = new(_parts.Options.Time);
        CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        EngineParts? own = _parts.For(request);
        return new Build(events, stop, new RecordedRun(own ?? _parts, request, events)) { Own = own };
    }

    /// <summary>Says what a build would say about its Dockerfile, without building.</summary>
    /// <param name="request">The build. With <see cref="PullPolicy.Always"/> registries are asked for base images.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">There is no Dockerfile, or what goes with it cannot be read. What is wrong in it is in the result.</exception>
    public async Task<CheckResult> CheckAsync(BuildRequest request, CancellationToken ct = default)
    {
        using IDisposable use = _parts.Work.Claims.Begin();
        EngineParts? own = _parts.For(request);
        try
        {
            return await DockerfileCheck.RunAsync(request, own ?? _parts, ct).ConfigureAwait(false);
        }
        finally
        {
            if (own is not null)
                await own.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Asks whether a registry lets somebody in.</summary>
    /// <param name="registry">Host and optional port.</param>
    /// <param name="credentials">What it is shown.</param>
    /// <param name="user">The user, for a message.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Whether it wanted credentials at all.</returns>
    /// <exception cref="BuildException">It does not let them in, or cannot be asked.</exception>
    public async Task<bool> CheckLoginAsync(string registry, ICredentialSource credentials, string user, CancellationToken ct = default)
    {
        using RemoteRegistries registries = new(_parts.Options.Registry with { Credentials = credentials });
        return await registries.CheckLoginAsync(registry, user, ct).ConfigureAwait(false);
    }

    /// <summary>Runs an image's program as a container, with this process's terminal and signals.</summary>
    /// <returns>The program's exit code.</returns>
    /// <exception cref="BuildException">The image is not there, or the container cannot be set up.</exception>
    public async Task<int> RunAsync(ContainerRequest request, CancellationToken ct = default)
    {
        using IDisposable use = _parts.Work.Claims.Begin();
        try
        {
            int exitCode = await new ContainerRun(_parts, request).RunAsync(ct).ConfigureAwait(false);
            await _parts.FlushAsync(ct).ConfigureAwait(false);
            return exitCode;
        }
        catch (Exception e) when (e is not OperationCanceledException && e is not BuildException && Failures.Explain(e, _parts.Options.StatePath) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>Makes a base image from a Debian-style package repository.</summary>
    /// <param name="request">Which.</param>
    /// <param name="log">Takes what the tool that makes it says of its progress.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">A repository is not signed as it should be or cannot be reached, or a package is unknown.</exception>
    public async Task<Image> MakeDebianBaseAsync(DebianBaseRequest request, IProcessOutput log, CancellationToken ct = default)
    {
        using IDisposable use = _parts.Work.Claims.Begin();
        try
        {
            Image image = await new DebianBase(_parts, request, log).MakeAsync(ct).ConfigureAwait(false);
            await _parts.FlushAsync(ct).ConfigureAwait(false);
            return image;
        }
        catch (Exception e) when (e is not OperationCanceledException && e is not BuildException && Failures.Explain(e, _parts.Options.StatePath) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>Packs a Go module with all of its dependencies into one archive.</summary>
    /// <param name="request">Which, and for which toolchain.</param>
    /// <param name="log">Takes a line for each version that does not fit, and whatever else there is to know. Lines may hold what strangers wrote.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">No version fits, or a dependency cannot be had or is not what its sum says.</exception>
    public async Task<GoVendorResult> VendorGoAsync(GoVendorRequest request, Action<string> log, CancellationToken ct = default)
    {
        using IDisposable use = _parts.Work.Claims.Begin();
        try
        {
            return await new GoVendorRun(_parts, request, log).RunAsync(ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && e is not BuildException && Failures.Explain(e, _parts.Options.StatePath) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>Begins to make an archive of a build context smaller.</summary>
    /// <exception cref="BuildException">It is no archive of the context that can be made smaller.</exception>
    public Task<Trim> OpenTrimAsync(TrimRequest request, CancellationToken ct = default) => Trim.OpenAsync(this, _parts, request, ct);

    /// <summary>Ends what still runs and lets the store go.</summary>
    public ValueTask DisposeAsync() => _parts.DisposeAsync();
}
