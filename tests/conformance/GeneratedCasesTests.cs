using Caisson.Conformance.Catalog;
using Caisson.Conformance.Comparison;
using Caisson.Conformance.Generation;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance;

/// <summary>
/// Cases made of a seed: the same ones in each run, so that a run says something of the change that it tests and nothing else. The environment variable
/// CAISSON_CONFORMANCE_SEED makes others, CAISSON_CONFORMANCE_GENERATED sets how many there are.
/// </summary>
public sealed class GeneratedCasesTests(Workbench workbench)
{
    /// <summary>A regular expression for the names of generated cases. An intended difference of theirs alone need not show in each run.</summary>
    internal const string Names = "^generated/";

    private const int DefaultSeed = 40_000_000;
    private const int DefaultCount = 60;
    private const int MaxShown = 5;
    private const int MaxTriesEach = 80;

    [Fact]
    public async Task Generated_cases_are_built_alike()
    {
        int seed = Setting("CAISSON_CONFORMANCE_SEED") ?? DefaultSeed;
        int count = Setting("CAISSON_CONFORMANCE_GENERATED") ?? DefaultCount;
        CaseResult[] results = await Task.WhenAll(Enumerable.Range(0, count).Select(i => ResultAsync(seed + i)));
        CaseResult[] failed = [.. results.Where(static result => !result.Problems.IsEmpty)];
        string[] told = await Task.WhenAll(failed.Take(MaxShown).Select(DescribeAsync));
        Assert.True(failed.Length == 0, $"CAISSON_CONFORMANCE_SEED={seed}: {failed.Length} of {count} differ\n\n{string.Join("\n\n", told)}");
        // Were all refused, or none, the generator would not generate what it is for.
        Assert.True(count < DefaultCount || (results.Any(static r => r.WasRefused) && results.Any(static r => !r.WasRefused)), $"CAISSON_CONFORMANCE_SEED={seed}: the cases are all alike");
    }

    [Fact]
    public void A_seed_makes_the_same_case_again()
    {
        Assert.Equal(Show(new CaseGenerator(7).Make()), Show(new CaseGenerator(7).Make()));
        Assert.NotEqual(Show(new CaseGenerator(7).Make()), Show(new CaseGenerator(8).Make()));
    }

    private Task<CaseResult> ResultAsync(int seed) => ResultAsync(Name(seed), new CaseGenerator(seed).Make());

    private async Task<CaseResult> ResultAsync(string name, GeneratedCase made)
    {
        string path = workbench.NewPath("generated");
        made.Write(path);
        return await workbench.ResultAsync(new Case(name, path) { MayBeRefused = true });
    }

    // Ready to become a case: two files and a folder's name.
    private async Task<string> DescribeAsync(CaseResult failed)
    {
        int seed = int.Parse(failed.Case.Name.AsSpan(Name(0).Length - 1), System.Globalization.CultureInfo.InvariantCulture);
        GeneratedCase made = new CaseGenerator(seed).Make();
        CaseResult smallest = failed;
        int tries = 0;
        GeneratedCase shrunk = await new Shrinker(ShowsAsync, MaxTriesEach).ShrinkAsync(made);
        return $"{smallest}\n{await workbench.OpinionAsync(smallest)}\n(CAISSON_CONFORMANCE_SEED={seed}, of {made.Instructions.Length + made.Script.Length + made.Ignored.Length} lines, after {tries} tries)\n{Show(shrunk)}";

        async Task<bool> ShowsAsync(GeneratedCase candidate)
        {
            try
            {
                CaseResult result = await ResultAsync($"{failed.Case.Name}/{++tries}", candidate);
                bool shows = result.Marks.Overlaps(failed.Marks);
                smallest = shows ? result : smallest;
                return shows;
            }
            catch (Xunit.Sdk.XunitException)
            {
                // A script that fails, for a file that it had no line to make, is no case.
                return false;
            }
        }
    }

    private static string Name(int seed) => $"generated/{seed}";

    private static string Show(GeneratedCase made) => $"--- Dockerfile\n{made.Dockerfile}--- setup.sh\n{made.Setup}";

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;
}
