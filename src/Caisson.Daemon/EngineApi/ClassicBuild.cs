using System.Runtime.CompilerServices;
using System.Text;
using Caisson.Daemon.Hosting;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Caisson.Engine.Events;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Daemon.EngineApi;

/// <summary>A build of the classic builder, from its parameters to its last message.</summary>
/// <param name="engine">What builds.</param>
/// <param name="events">Told what happens to images.</param>
/// <param name="request">The request.</param>
/// <param name="query">Its parameters.</param>
internal sealed class ClassicBuild(BuildEngine engine, DaemonEvents events, ApiRequest request, BuildQuery query)
{
    private const int MaxHeld = 16 << 20;

    private readonly JsonStream _output = new(request.Http);
    private readonly StringBuilder _held = new();

    /// <summary>The daemon ends.</summary>
    public CancellationToken Ending { get; init; }

    /// <summary>Builds, and tells of it.</summary>
    /// <exception cref="BuildException">It cannot be done, and nothing has been told yet.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        Build build = engine.Start(query.Request with { StandardInput = query.HasBody ? request.Http.Request.Body : null, FindImage = FindImageAsync }, ct);
        await using ConfiguredAsyncDisposable ending = build.ConfigureAwait(false);
        ClassicTranscript transcript = new(query, SayAsync, IdentifyAsync);
        Digest? failed = null;
        try
        {
            await foreach (BuildEvent happened in build.Events.ConfigureAwait(false))
            {
                if (build.Dockerfile is { } dockerfile)
                    await transcript.BeginAsync(dockerfile).ConfigureAwait(false);
                if (happened is BuildEvent.StepFailed failure)
                    failed ??= failure.Step;
                await transcript.TellAsync(happened, build.HasMoreEvents).ConfigureAwait(false);
            }
            BuildResult result = await build.Completion.ConfigureAwait(false);
            if (build.Dockerfile is { } read)
                await transcript.BeginAsync(read).ConfigureAwait(false);
            await CompleteAsync(transcript, result, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested && !request.Aborted.IsCancellationRequested)
        {
            await FailAsync(Ending.IsCancellationRequested ? $"Build cancelled: {RunningRequests.Ended}" : "Build cancelled", code: null).ConfigureAwait(false);
        }
        catch (BuildException e) when (build.Dockerfile is { } dockerfile)
        {
            await transcript.BeginAsync(dockerfile).ConfigureAwait(false);
            // Of a Dockerfile that cannot be read nothing is told but that.
            if (!transcript.HasBegun)
                throw;
            foreach (Diagnostic warning in e.Diagnostics.Where(static d => !d.IsError))
                await transcript.TellAsync(new BuildEvent.Warning(warning) { At = default }).ConfigureAwait(false);
            (string message, int? code) = await transcript.FailAsync(e, failed).ConfigureAwait(false);
            await FailAsync(message, code).ConfigureAwait(false);
        }
    }

    private async Task CompleteAsync(ClassicTranscript transcript, BuildResult result, CancellationToken ct)
    {
        Digest id = result.ImageId!; // an export asked for an image
        await transcript.CompleteAsync(id).ConfigureAwait(false);
        if (!query.IsQuiet)
            await _output.AuxiliaryAsync(id.Value).ConfigureAwait(false);
        await transcript.WarnOfArgumentsAsync(result.UnusedArguments).ConfigureAwait(false);
        await SayAsync($"Successfully built {id.Hex[..12]}\n").ConfigureAwait(false);
        foreach (Reference name in query.Names)
        {
            await SayAsync($"Successfully tagged {name.Familiar}\n").ConfigureAwait(false);
            events.Add("image", "tag", id.Value, ("name", name.Familiar));
        }
        if (query.IsQuiet)
            await _output.StreamAsync(id.Value + "\n").ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
    }

    private async Task FailAsync(string message, int? code)
    {
        if (_held.Length > 0)
            await _output.StreamAsync(_held.ToString()).ConfigureAwait(false);
        await _output.ErrorAsync(message, code).ConfigureAwait(false);
    }

    // Who wants to hear the id alone hears the rest when something fails.
    private Task SayAsync(string text)
    {
        if (!query.IsQuiet)
            return _output.StreamAsync(text);
        if (_held.Length < MaxHeld)
            _held.Append(text);
        return Task.CompletedTask;
    }

    private async Task<ClassicBase?> IdentifyAsync(Reference image)
    {
        try
        {
            Image found = await engine.Images.GetAsync(image, query.Request.Platforms is [var platform] ? platform : null, request.Aborted).ConfigureAwait(false);
            return new ClassicBase(found.Manifest.Config.Digest, found.Config.Config.OnBuild ?? []);
        }
        catch (BuildException)
        {
            // It was named by its id.
            StoredImage? stored = (await engine.Images.ListAllAsync(request.Aborted).ConfigureAwait(false)).FirstOrDefault(i => i.Images.Any(p => p.Descriptor.Digest == image.Digest));
            return stored is null ? null : new ClassicBase(stored.Id, stored.Images.First(p => p.Descriptor.Digest == image.Digest).Config.Config.OnBuild ?? []); // it has one
        }
    }

    private async Task<Descriptor?> FindImageAsync(string name, CancellationToken ct)
    {
        try
        {
            return ImageCatalog.Find(name, await engine.Images.ListAllAsync(ct).ConfigureAwait(false))?.Descriptor;
        }
        catch (ApiException e)
        {
            throw new BuildException(EngineCodes.ImageNotFound, e.Message, "write more of the id: docker images --no-trunc", e);
        }
    }
}
