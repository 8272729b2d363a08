using System.Collections.Immutable;
using System.Globalization;
using Caisson.Engine.Caching;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Explaining;

/// <summary>
/// Says why no stored result was taken for a step: what differs from the last build that had such a step. Only what the store still shows is said; no file is
/// read for it but lists and records.
/// </summary>
/// <param name="cache">What steps came to.</param>
/// <param name="layers">The layers, for their lists.</param>
/// <param name="forms">Tells what can still be used of layers.</param>
/// <param name="earlier">The history.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class MissReasons(StepCache cache, LayerStore layers, LayerForms forms, EarlierSteps earlier)
{
    /// <summary>The reasons, in sentences without a point at the end; at least one. The first is the first input that differs.</summary>
    public ImmutableArray<string> Of(Miss miss)
    {
        if (miss.Forced is { } forced)
            return [forced];
        try
        {
            return [.. Compare(miss)];
        }
        catch (Exception e) when (e is IOException or InvalidDataException or BuildException)
        {
            return [$"why cannot be told: {e.Message}"];
        }
    }

    private List<string> Compare(Miss miss)
    {
        // Done before under this very definition: then it rests on something that was done anew, or the result is gone.
        if (earlier.WithKey(miss.Key) is { } same)
            return miss.Stored is { } stored && IsUsable(stored) ? Differences(stored, miss, same) : [NoLongerStored(miss.Stored, same)];
        if (earlier.MostLike(miss.Node.Label) is not { } like)
            return ["no earlier build of this step is in the history"];
        if (like.Step.Key is not { } key || cache.Find(key) is not { } then)
            return [$"it differs from that of the build {like.Build.Id}, of which the store no longer has what it was done with"];
        if (then.Definition.IsEmpty)
            return [$"it differs from that of the build {like.Build.Id}, which an earlier version of caisson recorded without saying what it was done with"];
        List<string> reasons = Differences(then, miss, like);
        if (like.IsOfAnother)
            reasons.Add($"compared with the build {like.Build.Id} of {like.Build.Dockerfile}: this Dockerfile has no earlier build with this step");
        return reasons;
    }

    private List<string> Differences(StepRecord then, Miss miss, EarlierStep step)
    {
        // 1. What it does.
        List<string> reasons = then.Definition.IsEmpty ? [] : WordChanges.Of(then.Definition, miss.Now.Definition);
        // 2. What it takes.
        AddFiles(reasons, then, miss);
        // 3. What it is done on.
        if (then.Inputs is [{ } before, ..] && miss.Now.Inputs is [{ } after, ..])
            AddState(reasons, before, after, miss, step);
        if (reasons.Count == 0)
            reasons.Add(IsUsable(then) ? "nothing that is recorded differs" : NoLongerStored(then, step));
        return reasons;
    }

    // Whether the result could be taken, as far as the store goes.
    private bool IsUsable(StepRecord record)
    {
        foreach (string layer in record.Inputs is [{ } root, ..] ? record.Made.Concat(root.Layers) : record.Made)
        {
            if (!forms.IsAvailable(LayerId.Parse(layer)))
                return false;
        }
        return true;
    }

    private string NoLongerStored(StepRecord? stored, EarlierStep step)
    {
        if (stored is not null && layers.FindList(LayerId.Parse(stored.Layer)) is not null && !forms.IsAvailable(LayerId.Parse(stored.Layer)))
            return $"only the names of its files were kept in the build {step.Build.Id}, which needed nothing more of them";
        return $"its result of the build {step.Build.Id} is no longer in the store: it was removed by prune, or a layer below it was, or the machine lost power before it was on the disk";
    }

    private void AddFiles(List<string> reasons, StepRecord then, Miss miss)
    {
        // In other words the same files: that is no reason.
        if (then.Taken.SequenceEqual(miss.Now.Taken, StringComparer.Ordinal))
            reasons.RemoveAll(static r => r.StartsWith(WordChanges.SourcesChanged, StringComparison.Ordinal));
        bool hasOtherWords = reasons.Count > 0;
        for (int i = 0; i < Math.Min(then.Taken.Length, miss.Now.Taken.Length); i++)
        {
            if (then.Taken[i] == miss.Now.Taken[i])
                continue;
            switch (miss.Node.Operation)
            {
                case Operation.Copy copy:
                    reasons.Add((IsComparable(then, miss) ? FilesOf(copy, then.Layer, miss.Now.Layer) : null) ?? $"{SourcesOf(copy)} {(copy.Sources.Length == 1 ? "is" : "are")} not what {(copy.Sources.Length == 1 ? "it was" : "they were")}");
                    break;
                case Operation.Run run when !hasOtherWords && i < run.Mounts.Length:
                    reasons.Add($"mount {run.Mounts[i].Target}: what it shows of {FromOf(miss.Node, i)} changed");
                    break;
            }
        }
        // Mounts of file systems of other stages.
        if (miss.Node.Operation is Operation.Run mounting && !hasOtherWords)
            AddMountedStates(reasons, mounting, then, miss);
    }

    private void AddMountedStates(List<string> reasons, Operation.Run run, StepRecord then, Miss miss)
    {
        for (int i = 0; i < run.Mounts.Length; i++)
        {
            int? input = run.Mounts[i] switch { StepMount.Bind bind => bind.Input, StepMount.Cache cached => cached.Input, _ => null };
            if (input is not { } index || index == 0 || index >= then.Inputs.Length || index >= miss.Now.Inputs.Length)
                continue;
            if (then.Inputs[index] is { } before && miss.Now.Inputs[index] is { } after && IsOther(before, after))
                reasons.Add($"mount {run.Mounts[i].Target}: {FromOf(miss.Node, i)} is another{Detail(before, after)}");
        }
    }

    private string Detail(StateRecord before, StateRecord after)
    {
        for (int i = 0; before.Layers.Length == after.Layers.Length && before.Image == after.Image && i < after.Layers.Length; i++)
        {
            if (before.Layers[i] != after.Layers[i] && Files(before.Layers[i], after.Layers[i], static p => "/" + p) is { } files)
                return ": " + files;
        }
        return "";
    }

    private void AddState(List<string> reasons, StateRecord before, StateRecord after, Miss miss, EarlierStep like)
    {
        if (before.Image != after.Image)
        {
            reasons.Add(OtherImage(miss.Node.Base, like));
            return;
        }
        ImmutableArray<Node> below = miss.Below;
        if (before.Layers.Length != after.Layers.Length)
        {
            AddOtherSteps(reasons, before.Layers.Length, after.Layers.Length, miss, like);
            return;
        }
        for (int i = 0; i < after.Layers.Length; i++)
        {
            if (before.Layers[i] == after.Layers[i] || HoldSame(before.Layers[i], after.Layers[i]))
                continue;
            string step = i < below.Length ? Named(below[i]) : "a step";
            reasons.Add(Files(before.Layers[i], after.Layers[i], static p => "/" + p) is { } files
                ? $"{step}, before it, left something else: {files}"
                : $"{step}, before it, ran again or is another step now");
            return; // what follows follows from it
        }
    }

    // By name where the stage itself tells which; what it begins with may have others too.
    private static void AddOtherSteps(List<string> reasons, int before, int after, Miss miss, EarlierStep like)
    {
        List<string> then = [.. like.Build.Steps.Where(s => s.Stage == like.Step.Stage && s.StageNumber > 0 && s.StageNumber < like.Step.StageNumber && !s.Instruction.StartsWith("FROM ", StringComparison.Ordinal)).Select(static s => s.Instruction)];
        List<string> now = [.. miss.Below.Where(node => node.Label.Stage == miss.Node.Label.Stage).Select(Named)];
        if (now.Count - then.Count != after - before)
        {
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{Steps(after)} before it in its stage now, and {before} then"));
            return;
        }
        foreach (string step in now)
        {
            if (!then.Remove(step))
                reasons.Add($"{step} is new before it");
        }
        foreach (string gone in then)
            reasons.Add($"{gone} is gone before it");
    }

    private static string Steps(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "step changes" : "steps change")} files");

    private static string OtherImage(Node now, EarlierStep like)
    {
        string? then = EarlierSteps.BaseOf(like.Build, now.Label.Stage);
        if (now.Operation is not Operation.Image { Reference: var reference })
            return then is null ? "its stage began with another image" : $"its stage began with the image {Familiar(then)}, and begins with none now";
        if (then is null || !Reference.TryParse(then, out Reference? old, out _))
            return $"its stage began with something else than the image {reference.WithoutDigest().Familiar}";
        if (old.WithoutDigest().ToString() != reference.WithoutDigest().ToString())
            return $"the base image {old.WithoutDigest().Familiar} → {reference.WithoutDigest().Familiar}";
        return old.Digest == reference.Digest
            ? $"the base image {reference.WithoutDigest().Familiar} is taken for another platform"
            : $"the base image {reference.WithoutDigest().Familiar} moved: {Short(old.Digest)} → {Short(reference.Digest)}";
    }

    private static string Familiar(string image) => Reference.TryParse(image, out Reference? reference, out _) ? reference.WithoutDigest().Familiar : image;

    private static string Short(Digest? digest) => digest is null ? "no digest" : $"sha256:{digest.Hex[..12]}";

    // The lists say where files go and whose they become: only with the same words for these they tell of the sources.
    private static bool IsComparable(StepRecord then, Miss miss) =>
        miss.Now.Layer.Length > 0 && WordsBesidesSources(then.Definition).SequenceEqual(WordsBesidesSources(miss.Now.Definition), StringComparer.Ordinal);

    private static IEnumerable<string> WordsBesidesSources(ImmutableArray<string> words) => words.Where(static w => !w.StartsWith(OperationWords.Sources + "=", StringComparison.Ordinal));

    private string? FilesOf(Operation.Copy copy, string then, string now)
    {
        string destination = EntryPath.Clean(copy.Destination);
        string single = copy.Sources is [CopySource.Files { Includes: [], Pattern: var pattern }] && pattern.IndexOfAny(['*', '?', '[']) < 0 ? EntryPath.Clean(pattern)
            : copy.Sources is [CopySource.Inline inline] ? inline.Name
            : "";
        return Files(then, now, path =>
            path == destination && single.Length > 0 ? single
            : path != destination && EntryPath.IsWithin(path, destination) ? EntryPath.Below(path, destination)
            : "/" + path);
    }

    private string? Files(string then, string now, Func<string, string> shown)
    {
        if (layers.FindList(LayerId.Parse(then)) is not { } before || layers.FindList(LayerId.Parse(now)) is not { } after)
            return null;
        using FileList old = FileList.Open(before);
        using FileList made = FileList.Open(after);
        return new FileChanges(shown).Tell(old, made);
    }

    private bool HoldSame(string then, string now)
    {
        if (layers.FindList(LayerId.Parse(then)) is not { } before || layers.FindList(LayerId.Parse(now)) is not { } after)
            return false;
        using FileList old = FileList.Open(before);
        using FileList made = FileList.Open(after);
        return old.Identity == made.Identity;
    }

    private bool IsOther(StateRecord before, StateRecord after)
    {
        if (before.Image != after.Image || before.Layers.Length != after.Layers.Length)
            return true;
        for (int i = 0; i < after.Layers.Length; i++)
        {
            if (before.Layers[i] != after.Layers[i] && !HoldSame(before.Layers[i], after.Layers[i]))
                return true;
        }
        return false;
    }

    private static string Named(Node node) => node.Label.Instruction;

    private static string SourcesOf(Operation.Copy copy) => string.Join(", ", copy.Sources.Select(static s => s switch
    {
        CopySource.Files files => files.Pattern is "" or "." or "/" ? "what is copied" : files.Pattern,
        CopySource.Inline inline => "<<" + inline.Name,
        _ => throw new System.Diagnostics.UnreachableException(s.GetType().Name),
    }));

    private static string FromOf(Node node, int mount) => mount < node.Label.Parts.Length && node.Label.Parts[mount].From is { } from ? from : "its source";
}
