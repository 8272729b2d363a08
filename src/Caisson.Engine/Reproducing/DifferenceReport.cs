using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Reproducing;

/// <summary>Says where and how two builds came apart.</summary>
/// <param name="first">The one build.</param>
/// <param name="second">The other.</param>
/// <param name="form">The times that files carry in the image.</param>
internal sealed class DifferenceReport(BuiltOnce first, BuiltOnce second, BlobForm form)
{
    private const int MaxFiles = 10;
    private const int MaxSteps = 3;
    private const int MaxNamed = 5;
    private const int MaxName = 60;

    /// <summary>A text without the secrets of the build; null when it has none.</summary>
    public Func<string, string>? Hide { get; init; }

    /// <summary>Says it of some results; nothing when no step differs.</summary>
    /// <param name="results">The nodes whose file systems are the results.</param>
    /// <param name="number">Which build the second one is.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<ImmutableArray<Diagnostic>> TellAsync(IEnumerable<Node> results, int number, CancellationToken ct)
    {
        CulpritSearch search = new(new LayerComparison(first, second, form));
        foreach (Node result in results)
            await search.LookAsync(result, ct).ConfigureAwait(false);
        LayerDifference[] culprits = [.. search.Culprits.OrderBy(static c => c.Step.Label.Where?.Start ?? 0)];
        string? others = Others([.. culprits.Skip(MaxSteps).Select(static c => c.Step), .. search.Heirs.OrderBy(static h => h.Label.Where?.Start ?? 0)]);
        ImmutableArray<Diagnostic>.Builder told = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (LayerDifference culprit in culprits.Take(MaxSteps))
        {
            (ImmutableArray<FileDifference> files, int count) = await ClassifyAsync(culprit, ct).ConfigureAwait(false);
            told.Add(OfStep(culprit.Step, number, CountOf(count), OutsideCauses(culprit.Step.Operation, files), told.Count == 0 ? others : null));
            told.AddRange(OfFiles(files, count));
        }
        return told.ToImmutable();
    }

    private static string CountOf(int count) => count == 1 ? "1 file differs" : string.Create(CultureInfo.InvariantCulture, $"{count} files differ");

    private static Diagnostic OfStep(Node step, int number, string count, IEnumerable<string> causes, string? others)
    {
        if (step.Operation is Operation.Copy)
            return new Diagnostic(EngineCodes.InputChanged, Severity.Error, $"the build context changed between the builds: {Short(step)}: {count}", step.Label.Where, "build again when nothing writes to the build context any more");
        string message = string.Create(CultureInfo.InvariantCulture, $"build {number} came to something else than build 1 in {Short(step)}: {count}");
        string hint = string.Join("; ", others is null ? causes : causes.Append(others));
        return new Diagnostic(EngineCodes.NotReproducible, Severity.Error, message, step.Label.Where, hint.Length == 0 ? null : hint);
    }

    // What the step had that is not held fast: worth a word where nothing else explains all of it.
    private static IEnumerable<string> OutsideCauses(Operation operation, ImmutableArray<FileDifference> files)
    {
        if (operation is not Operation.Run run || files.All(static f => f.Kind is not (DifferenceKind.Content or DifferenceKind.Random or DifferenceKind.OnlyInOne)))
            yield break;
        if (run.Mounts.OfType<StepMount.Cache>().FirstOrDefault() is { } cache)
            yield return $"the cache mount {cache.Target} began empty in the second build, and what it holds may have got in";
        if (run.Network is StepNetwork.Default or StepNetwork.Host)
            yield return "the step has the network, which may have answered otherwise: with --network=gateway both builds get the same answers";
        if (run.Security == StepSecurity.Insecure)
            yield return "the step sees the machine, by --security=insecure";
    }

    private static string? Others(Node[] steps)
    {
        if (steps.Length == 0)
            return null;
        string named = string.Join(", ", steps.Take(MaxNamed).Select(Short));
        return steps.Length > MaxNamed ? string.Create(CultureInfo.InvariantCulture, $"{named} and {steps.Length - MaxNamed} more differ as well, perhaps only for that") : $"{named} {(steps.Length == 1 ? "differs" : "differ")} as well, perhaps only for that";
    }

    private static string Short(Node step)
    {
        string text = step.Label.Text.ReplaceLineEndings(" ");
        return text.Length <= MaxName ? text : text[..MaxName] + "…";
    }

    private async Task<(ImmutableArray<FileDifference> Files, int Count)> ClassifyAsync(LayerDifference culprit, CancellationToken ct)
    {
        if (first.Steps.Find(culprit.Step) is not { } one || second.Steps.Find(culprit.Step) is not { } other)
            return ([], culprit.Count);
        MergedTree left = await first.Forms.OpenTreeAsync(one, withContent: true, ct).ConfigureAwait(false);
        MergedTree right = await second.Forms.OpenTreeAsync(other, withContent: true, ct).ConfigureAwait(false);
        (ImmutableArray<FileDifference> told, int count) = new FileClassifier(left, right, (first.Surroundings, second.Surroundings), Hide).Tell(culprit.Entries, MaxFiles, ct);
        // What has one cure stands together.
        return ([.. told.GroupBy(static f => f.Cure, StringComparer.Ordinal).SelectMany(static g => g)], culprit.Count > culprit.Entries.Length ? culprit.Count : count);
    }

    private static IEnumerable<Diagnostic> OfFiles(ImmutableArray<FileDifference> files, int count)
    {
        for (int i = 0; i < files.Length; i++)
        {
            bool isSaidLater = i + 1 < files.Length && files[i + 1].Cure == files[i].Cure;
            yield return new Diagnostic(EngineCodes.FileDiffers, Severity.Error, files[i].ToString(), Where: null, isSaidLater ? null : files[i].Cure);
        }
        if (count > files.Length)
            yield return new Diagnostic(EngineCodes.FileDiffers, Severity.Error, string.Create(CultureInfo.InvariantCulture, $"and {count - files.Length} more files"));
    }
}
