using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Exporting;
using Caisson.Engine.History;
using Caisson.Engine.Imaging;
using Caisson.Engine.Solving;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine;

/// <summary>One build with its place in the history.</summary>
internal sealed class RecordedRun(EngineParts parts, BuildRequest request, EventLog events)
{
    /// <summary>The step that failed, when it was to be held.</summary>
    public HeldStep? Held { get; private set; }

    /// <summary>Does it.</summary>
    /// <exception cref="BuildException">It cannot be done.</exception>
    public async Task<BuildResult> RunAsync(CancellationToken ct)
    {
        using BuildJournal? journal = Begin();
        events.Recorder = journal;
        using FailureKeeping? failed = request.OnFailure == FailureAction.None ? null : new FailureKeeping(parts, request, events);
        try
        {
            BuildResult result = await new SizeLimit(parts, events).KeepAsync(() => new BuildRun(parts, request, events, journal?.Id, failed?.Runs).RunAsync(ct), ct).ConfigureAwait(false);
            await parts.FlushAsync(ct).ConfigureAwait(false);
            journal?.Complete(result.Descriptor?.Digest, result.ImageId);
            return result with { BuildId = journal?.Id };
        }
        catch (OperationCanceledException)
        {
            journal?.Interrupt();
            throw;
        }
        catch (Exception e)
        {
            BuildException? explained = Failures.Explain(e, parts.Options.StatePath);
            string? kept = e is StepFailure step ? failed?.Keep(step, explained, journal?.Id) : null;
            Held = failed?.Held;
            journal?.Fail(explained?.Diagnostics ?? [new Diagnostic("defect", Severity.Error, $"a defect: {e.Message}")]);
            if (explained is null)
                throw;
            throw new BuildException(explained.Diagnostics, e) { FailedStep = WithLog(explained.FailedStep, e, journal), KeptStep = kept };
        }
        finally
        {
            Trim(journal);
        }
    }

    // The failed step and where its whole log is.
    private static FailedStep? WithLog(FailedStep? failed, Exception cause, BuildJournal? journal) =>
        failed is null || journal is null || cause is not StepFailure { Node.Digest: var step } || journal.NumberOf(step) is not { } number
            ? failed
            : failed with { BuildId = journal.Id, Number = number };

    private BuildJournal? Begin()
    {
        if (parts.Options.HistoryMaxBuilds < 1)
            return null;
        try
        {
            return BuildJournal.Begin(BuildHistory.PathOf(parts.Options.StatePath), parts.Work, parts.Options.Time.GetUtcNow(), Facts(), events);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn(e);
            return null;
        }
    }

    // What was there before is looked at when it may have grown much: when a log was written.
    private void Trim(BuildJournal? journal)
    {
        if (journal is null)
            return;
        try
        {
            BuildHistory.Trim(BuildHistory.PathOf(parts.Options.StatePath), parts.Options.HistoryMaxBuilds, journal.HasLogs ? parts.Options.HistoryMaxBytes : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn(e);
        }
    }

    private void Warn(Exception e) => events.Add(new BuildEvent.Warning(BuildJournal.Incomplete(e)) { At = events.Now });

    private BuildFacts Facts() => new()
    {
        Context = request.ContextFiles is { } files ? ClientLocationOf(files, Sources.BuildContexts.MainName) : LocationOf(request.Context),
        Dockerfile = DockerfileOf(request),
        Target = request.Target,
        Platform = string.Join(", ", TargetPlatforms.Of(request)),
        Arguments = Shown(request.Arguments),
        NamedContexts = Shown(request.ContextFiles is null ? request.NamedContexts : request.NamedContexts.ToImmutableDictionary(static c => c.Key, c => request.ContextFiles.LocationOf(c.Key), StringComparer.Ordinal)),
        Options = OptionsOf(request),
        Tags = [.. request.Exports.SelectMany(NamesOf).Distinct(StringComparer.Ordinal)],
    };

    private static string ClientLocationOf(IContextFiles files, string context) => AddressCredentials.Remove(files.LocationOf(context));

    private static string LocationOf(BuildContext context) =>
        context.IsDirectory || Directory.Exists(context.Location) ? Path.GetFullPath(context.Location) : AddressCredentials.Remove(context.Location);

    /// <summary>What names the Dockerfile in the history: builds of the same one can be compared.</summary>
    public static string DockerfileOf(BuildRequest request)
    {
        bool isLocal = request.Context.IsDirectory || Directory.Exists(request.Context.Location);
        return request.DockerfilePath switch
        {
            _ when request.Dockerfile is { } held => request.ContextFiles is { } files ? $"{ClientLocationOf(files, Sources.BuildContexts.MainName)}/{held.Name}" : held.Name,
            null when isLocal => Path.Combine(Path.GetFullPath(request.Context.Location), "Dockerfile"),
            null => "Dockerfile",
            { } path when File.Exists(path) => Path.GetFullPath(path),
            { } path => AddressCredentials.Remove(path),
        };
    }

    private static SortedDictionary<string, string> Shown(ImmutableDictionary<string, string> given)
    {
        SortedDictionary<string, string> shown = new(StringComparer.Ordinal);
        foreach ((string name, string value) in given)
            shown[name] = AddressCredentials.Remove(value);
        return shown;
    }

    private static ImmutableArray<string> OptionsOf(BuildRequest request)
    {
        ImmutableArray<string>.Builder options = ImmutableArray.CreateBuilder<string>();
        if (!request.UsesCache)
            options.Add("--no-cache");
        if (request.Builds > 1)
            options.Add(string.Create(CultureInfo.InvariantCulture, $"--reproduce={request.Builds}"));
        foreach (string stage in request.FreshStages)
            options.Add("--no-cache-filter=" + stage);
        if (request.KeepsTimestamps)
            options.Add("--timestamps=keep");
        if (request.IsSquashed)
            options.Add("--squash");
        foreach (string step in request.ExpectedCached)
            options.Add("--expect-cached=" + step);
        foreach (Export export in request.Exports)
        {
            if (export.Compression != LayerCompression.Default && CodecOf(export.Compression) is { } codec)
                options.Add("compression=" + codec);
            if (export.RewritesTimestamps)
                options.Add("rewrite-timestamp");
        }
        return options.ToImmutable();
    }

    // A library that is missing is told of when it is needed.
    private static string? CodecOf(LayerCompression compression) =>
        compression.Codec == LayerCodec.Zstd && !ZstdDecoder.IsAvailable ? null : new BlobForm(compression, default).Codec + (compression.IsForced ? ",forced" : "");

    private static string[] NamesOf(Export export)
    {
        ImmutableArray<Reference> names = export switch
        {
            Export.Store store => store.Names,
            Export.Registry registry => [registry.Name],
            Export.OciDirectory layout => layout.Names,
            Export.OciArchive archive => archive.Names,
            Export.DockerArchive archive => archive.Names,
            Export.DockerEngine engine => engine.Names,
            Export.ContainersStorage storage => storage.Names,
            _ => [],
        };
        return [.. names.Select(static n => n.Familiar)];
    }
}
