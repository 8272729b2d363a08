using Caisson.Engine.Graph;
using Caisson.Engine.History;
using Caisson.Oci.Model;

namespace Caisson.Engine.Explaining;

/// <summary>Finds in the history what a step can be compared with.</summary>
/// <param name="history">The history.</param>
/// <param name="build">The id of the build that looks; the others that can be compared with it began before.</param>
/// <param name="dockerfile">The Dockerfile that is built.</param>
/// <remarks>Thread-safe. The history is read when it is first needed, once.</remarks>
internal sealed class EarlierSteps(BuildHistory history, string build, string dockerfile)
{
    // How like two steps are.
    private const int SamePlace = 1;
    private const int SameText = 2;
    private const int SamePlaceAndText = 3;

    private readonly Lazy<List<BuildRecord>> _builds = new(() => Before(history, build));

    /// <summary>The step of the newest build in which it came to a result under a key; null when there is none.</summary>
    public EarlierStep? WithKey(Digest key)
    {
        foreach (BuildRecord earlier in _builds.Value)
        {
            foreach (StepHistory step in earlier.Steps)
            {
                if (HasResult(step) && step.Key == key)
                    return new EarlierStep(earlier, step);
            }
        }
        return null;
    }

    /// <summary>The step that is most like one, of the newest build that has any like it; null when there is none.</summary>
    /// <remarks>Without a build of this Dockerfile, one of another of its name counts that has the very instruction in the very place: a pipeline may check out into a new directory each time.</remarks>
    public EarlierStep? MostLike(NodeLabel label)
    {
        EarlierStep? elsewhere = null;
        foreach (BuildRecord earlier in _builds.Value)
        {
            (StepHistory? best, int likeness) = MostLike(label, earlier);
            if (best is null)
                continue;
            if (earlier.Dockerfile == dockerfile)
                return new EarlierStep(earlier, best);
            if (likeness == SamePlaceAndText && Path.GetFileName(earlier.Dockerfile) == Path.GetFileName(dockerfile))
                elsewhere ??= new EarlierStep(earlier, best, IsOfAnother: true);
        }
        return elsewhere;
    }

    /// <summary>The base image of a stage in a build; null when that is not known.</summary>
    public static string? BaseOf(BuildRecord build, string stage)
    {
        foreach (StepHistory step in build.Steps)
        {
            if (step.Image is { } image && step.Stage == stage)
                return image;
        }
        return null;
    }

    private static (StepHistory? Step, int Likeness) MostLike(NodeLabel label, BuildRecord build)
    {
        (StepHistory? best, int most) = (null, 0);
        foreach (StepHistory step in build.Steps)
        {
            if (!HasResult(step) || step.Key is null || !step.Stage.Equals(label.Stage, StringComparison.OrdinalIgnoreCase))
                continue;
            int likeness = Likeness(step, label);
            if (likeness > most)
                (best, most) = (step, likeness);
        }
        return (best, most);
    }

    private static int Likeness(StepHistory step, NodeLabel label)
    {
        bool isSamePlace = step.StageNumber == label.Number;
        if (step.Instruction == label.Instruction)
            return isSamePlace ? SamePlaceAndText : SameText;
        return isSamePlace && FirstWord(step.Instruction).Equals(FirstWord(label.Instruction), StringComparison.OrdinalIgnoreCase) ? SamePlace : 0;
    }

    private static ReadOnlySpan<char> FirstWord(string text) => text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal) is int end and >= 0 ? end : text.Length);

    private static bool HasResult(StepHistory step) => step.Outcome is StepOutcome.Hit or StepOutcome.Done;

    private static List<BuildRecord> Before(BuildHistory history, string build)
    {
        List<BuildRecord> earlier = [];
        foreach (BuildRecord record in history.List())
        {
            if (string.CompareOrdinal(record.Id, build) < 0)
                earlier.Add(record);
        }
        return earlier;
    }
}
