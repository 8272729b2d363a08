using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Faults;

/// <summary>
/// System calls that fail in the middle of a build, one or all from there on: the build is right or says what is wrong, and the store is as good as before.
/// Which call it is comes from a seed: another one, in CAISSON_FAULT_SEED, tries others.
/// </summary>
public sealed class FailingCallTests
{
    private const int Faults = 7;
    private const int Seed = 20261121;
    private const int WorstKnownExit = 7; // of the exit codes that stand for a diagnostic

    // Calls that the command makes for its store, contexts and results, and how many a thread makes at most. (Those that the .NET runtime itself cannot do without are not here.)
    private static readonly (string Call, int Count)[] Calls =
    [
        ("openat2", 300), ("pwrite64", 50), ("rename", 12), ("renameat2", 20), ("syncfs", 1), ("copy_file_range", 60), ("mkdir", 40), ("mkdirat", 20), ("ftruncate", 60), ("unlinkat", 40),
        ("unlink", 15), ("fchmodat", 60), ("fchownat", 60), ("utimensat", 60), ("getdents64", 60), ("statx", 400), ("pread64", 200), ("flock", 60),
    ];

    private static readonly string[] Errors = ["EIO", "ENOSPC"];

    public static TheoryData<int> Sample => [.. Enumerable.Range(0, 2)];

    // In two halves, which run side by side.
    [Theory]
    [MemberData(nameof(Sample))]
    public async Task A_build_in_which_calls_fail_is_right_or_says_so_and_can_be_done_again(int half)
    {
        using TempDirectory directory = new();
        string project = directory["project"];
        Workload.Write(project);
        string expected = (await Tool.CaptureAsync(Start(project, directory["undisturbed"]))).Succeeded();
        Random random = new((int.TryParse(Environment.GetEnvironmentVariable("CAISSON_FAULT_SEED"), out int seed) ? seed : Seed) + half);
        int hits = 0;
        for (int i = 0; i < Faults; i++)
        {
            (string call, int count) = Calls[random.Next(Calls.Length)];
            InjectedFault fault = new(call, "error=" + Errors[random.Next(Errors.Length)], 1 + random.Next(count), IsLasting: random.Next(3) == 0);
            // Every second build finds what the one before it left.
            string store = directory[$"store-{i / 2}"];
            string[] options = i % 2 == 1 ? ["--no-cache"] : [];
            string log = directory[$"trace-{i}"];
            Outcome outcome = await Tool.CaptureAsync(fault.Around(Start(project, store, options), log));
            Assert.True(outcome.ExitCode is >= 0 and <= WorstKnownExit && !outcome.Error.Contains("   at ", StringComparison.Ordinal), $"{fault}\n{outcome}");
            if (outcome.ExitCode == 0)
                Assert.Equal(expected, outcome.Output);
            else
                Assert.True(outcome.Error.Contains("error CSN", StringComparison.Ordinal), $"{fault}\n{outcome}");
            Outcome next = await Tool.CaptureAsync(Start(project, store));
            Assert.True(next.ExitCode == 0 && next.Output == expected, $"after {fault}\n{next}");
            Assert.Empty(Leftovers.In(store));
            hits += File.ReadAllText(log).Contains("(INJECTED)", StringComparison.Ordinal) ? 1 : 0;
        }
        Assert.True(hits > Faults / 3, $"only {hits} of the faults met a call");
    }

    private static ProcessStartInfo Start(string project, string store, params string[] options)
    {
        ProcessStartInfo start = new Store(store).Start(["build", "--quiet", "--tag", "faulty", .. options, "."]);
        start.WorkingDirectory = project;
        return start;
    }
}
