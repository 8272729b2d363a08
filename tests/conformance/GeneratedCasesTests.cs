using Caisson.Conformance.Catalog;
using Caisson.Conformance.Comparison;
using Caisson.Conformance.Generation;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance;

/// <summary>Fresh cases in each run. The environment variable CAISSON_CONFORMANCE_SEED repeats a run, CAISSON_CONFORMANCE_GENERATED sets how many there are.</summary>
public sealed class GeneratedCasesTests(Workbench workbench)
{
    /// <summary>A regular expression for the names of generated cases. An intended difference of theirs alone need not show in each run.</summary>
    internal const string Names = "^generated/";

    private const int DefaultCount = 200;

    [Fact]
    public async Task Generated_cases_are_built_alike()
    {
        int seed = Setting("CAISSON_CONFORMANCE_SEED") ?? (int)(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() % 100_000_000);
        int count = Setting("CAISSON_CONFORMANCE_GENERATED") ?? DefaultCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"CAISSON_CONFORMANCE_SEED={seed}");
        CaseResult[] results = await Task.WhenAll(Enumerable.Range(0, count).Select(i => ResultAsync(seed + i)));
        CaseResult[] failed = [.. results.Where(static result => !result.Problems.IsEmpty)];
        Assert.True(failed.Length == 0, $"CAISSON_CONFORMANCE_SEED={seed}: {failed.Length} of {count} differ\n\n{string.Join("\n\n", failed.Take(10).Select(Describe))}");
        // Were all refused, or none, the generator would not generate what it is for.
        Assert.True(count < DefaultCount || (results.Any(static r => r.WasRefused) && results.Any(static r => !r.WasRefused)), $"CAISSON_CONFORMANCE_SEED={seed}: the cases are all alike");
    }

    [Fact]
    public void A_seed_makes_the_same_case_again()
    {
        string one = workbench.NewPath("generated"), two = workbench.NewPath("generated"), three = workbench.NewPath("generated");
        new CaseGenerator(7).Write(one);
        new CaseGenerator(7).Write(two);
        new CaseGenerator(8).Write(three);
        Assert.Equal(Read(one), Read(two));
        Assert.NotEqual(Read(one), Read(three));
    }

    private async Task<CaseResult> ResultAsync(int seed)
    {
        string path = workbench.NewPath("generated");
        new CaseGenerator(seed).Write(path);
        return await workbench.ResultAsync(new Case($"generated/{seed}", path) { MayBeRefused = true });
    }

    // Ready to become a case: two files and a folder's name.
    private static string Describe(CaseResult result) => $"{result}\n--- Dockerfile\n{Read(result.Case.Path)}";

    private static string Read(string path) => $"{File.ReadAllText(Path.Combine(path, "Dockerfile"))}--- setup.sh\n{File.ReadAllText(Path.Combine(path, "setup.sh"))}";

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;
}
