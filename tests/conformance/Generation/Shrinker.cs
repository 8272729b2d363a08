namespace Caisson.Conformance.Generation;

/// <summary>Looks for a smaller case that shows what a case has shown: one part at a time is left out for as long as it still shows.</summary>
/// <param name="shows">Whether a case shows it.</param>
/// <param name="maxTries">How often that may be asked, all in all.</param>
internal sealed class Shrinker(Func<GeneratedCase, Task<bool>> shows, int maxTries)
{
    /// <param name="found">A case that shows it.</param>
    /// <returns>One that shows it too, and in which nothing more can be left out; or the smallest found when the tries are used up.</returns>
    public async Task<GeneratedCase> ShrinkAsync(GeneratedCase found)
    {
        GeneratedCase smallest = found;
        int tries = 0;
        for (bool again = true; again;)
        {
            again = false;
            // When a part has gone, the next one has its place.
            for (int i = 0; smallest.Smaller().ElementAtOrDefault(i) is { } candidate;)
            {
                if (tries++ >= maxTries)
                    return smallest;
                if (await shows(candidate))
                    (smallest, again) = (candidate, true);
                else
                    i++;
            }
        }
        return smallest;
    }
}
