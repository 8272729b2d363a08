using System.Collections.Immutable;
using System.Globalization;
using Caisson.Engine.Exporting;

namespace Caisson.Engine;

/// <summary>
/// Makes an archive of a build context, or the context itself, smaller, in steps whose builds can be watched: <see cref="Record"/>, <see cref="WriteAsync"/>, <see cref="Rebuild"/>,
/// <see cref="CompleteAsync"/>, each once and in this order.
/// </summary>
public sealed class Trim : IDisposable
{
    /// <summary>What is said where the kernel had more to tell than it could keep.</summary>
    internal static readonly (string Why, string Hint) Lost = ("events of the kernel were lost, so that files may have been used that were not seen", "try again when the machine has less to do");

    private readonly BuildEngine _engine;
    private readonly TrimRequest _request;
    private readonly ITrimSubject _subject;
    private readonly string _trimmed;
    private TrimResult? _result;

    private Trim(BuildEngine engine, EngineParts parts, TrimRequest request, ITrimSubject subject)
    {
        _engine = engine;
        _request = request;
        _subject = subject;
        _trimmed = parts.Work.NewPath("trimmed");
    }

    internal static async Task<Trim> OpenAsync(BuildEngine engine, EngineParts parts, TrimRequest request, CancellationToken ct)
    {
        if (!Directory.Exists(request.Build.Context.Location))
            throw new BuildException(EngineCodes.NotTrimmed, $"the build context {request.Build.Context.Location} is no local directory", "an archive is trimmed where it is used from: name the directory that holds it");
        ITrimSubject subject = request.ArchivePath is { } archive ? await TrimmedArchive.OpenAsync(parts, request, archive, ct).ConfigureAwait(false) : new TrimmedContext(parts, request, ct);
        return new Trim(engine, parts, request, subject);
    }

    /// <summary>Builds, whatever the cache holds, and watches which files steps open. The result says what the smaller archive must come to.</summary>
    public Build Record(CancellationToken ct = default) => _engine.Start(_request.Build with { UsesCache = false, FileUse = _subject.Use, Exports = [new Export.Store([])] }, ct);

    /// <summary>Writes the archive without the files that no step used; it is not at its place yet.</summary>
    /// <param name="recorded">What the build came to.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">No step unpacked the archive, something was missed, or all of it is used.</exception>
    public async Task<TrimResult> WriteAsync(BuildResult recorded, CancellationToken ct = default)
    {
        if (_subject.Obstacle is { } obstacle)
            throw NotTrimmed(obstacle.Why, obstacle.Hint);
        ImmutableArray<string> unused = _subject.Unused;
        if (unused.IsEmpty)
            throw NotTrimmed("all of it is used", "there is nothing to do");
        (long before, long sizeBytes, Oci.Model.Digest digest) = await _subject.WriteAsync(_trimmed, unused.ToHashSet(StringComparer.Ordinal), recorded, ct).ConfigureAwait(false);
        if (sizeBytes >= before)
            throw NotTrimmed(string.Create(CultureInfo.InvariantCulture, $"without the {unused.Length} files that no step opened it has {sizeBytes} bytes, and {before} with them"), "it was compressed better than is done here: there is nothing to gain");
        return _result = new TrimResult(before, sizeBytes, digest, unused);
    }

    /// <summary>Builds once more, with the smaller archive in the place of the other.</summary>
    public Build Rebuild(CancellationToken ct = default) => _engine.Start(_subject.With(_trimmed, ct) with { Exports = [new Export.Store([])] }, ct);

    /// <summary>Puts the smaller archive at its place, if the build comes to the same with it.</summary>
    /// <param name="recorded">What the build came to with the whole archive.</param>
    /// <param name="rebuilt">What it came to with the smaller one.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">The results differ: nothing is written.</exception>
    public async Task<TrimResult> CompleteAsync(BuildResult recorded, BuildResult rebuilt, CancellationToken ct = default)
    {
        TrimResult result = _result ?? throw new InvalidOperationException("nothing was written");
        if (recorded.Descriptor?.Digest != rebuilt.Descriptor?.Digest)
            throw NotTrimmed($"the image is another one without what no step opened: {recorded.Descriptor?.Digest} with all of it, {rebuilt.Descriptor?.Digest} without", "a build that never gives the same twice shows this too; otherwise keep more with --keep, such as what programs only look for");
        FileStream trimmed = File.OpenRead(_trimmed);
        await using (trimmed.ConfigureAwait(false))
            await ExportFile.At(_request.OutputPath).WriteAsync(stream => trimmed.CopyToAsync(stream, ct), ct).ConfigureAwait(false);
        return result;
    }

    /// <summary>The failure of a build with the smaller archive, told as what it is here.</summary>
    public BuildException Explain(BuildException rebuilding) => new(
        [NotTrimmed($"the build fails without what no step opened: {rebuilding.Message}", "keep more with --keep, such as what programs only look for").Diagnostics[0], .. rebuilding.Diagnostics], rebuilding);

    private BuildException NotTrimmed(string why, string hint) => new(EngineCodes.NotTrimmed, $"{_subject.Name} cannot be made smaller: {why}", hint);

    /// <inheritdoc/>
    public void Dispose() => (_subject as IDisposable)?.Dispose();
}
