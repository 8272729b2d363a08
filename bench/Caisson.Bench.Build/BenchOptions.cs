using System.Globalization;

namespace Caisson.Bench.Build;

/// <summary>What is measured, and with whom.</summary>
internal sealed record BenchOptions
{
    /// <summary>How to call it.</summary>
    public const string Usage =
        """
        usage: bench/run.sh [OPTION…]        as root; needs ./build.sh before
          --runs N             measured runs of each builder and workload (default 5)
          --only WORDS[,…]     workloads whose name holds one of these
          --json FILE          writes all that was measured (default artifacts/bench.json)
          --buildctl ADDRESS   measures a BuildKit daemon too, through buildctl, which is on PATH
          --no-docker          leaves the Docker engine out
          --served             measures Docker's client at caisson serve too, and the daemon itself ("served load")
        """;

    /// <summary>Measured runs of each builder and workload.</summary>
    public int Runs { get; init; } = 5;

    /// <summary>Parts of the names of the workloads that are measured, with commas between them; empty for all.</summary>
    public string Only { get; init; } = "";

    /// <summary>Where all that was measured goes.</summary>
    public string JsonPath { get; init; } = "artifacts/bench.json";

    /// <summary>Address of a BuildKit daemon.</summary>
    public string? BuildctlAddress { get; init; }

    /// <summary>Whether a Docker engine is started and measured.</summary>
    public bool HasDocker { get; init; } = true;

    /// <summary>Whether Docker's client is measured with Caisson's daemon too.</summary>
    public bool HasServed { get; init; }

    /// <summary>Whether a workload is measured.</summary>
    public bool Measures(string name) => Only.Split(',').Any(words => name.Contains(words, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the arguments; null when they are wrong.</summary>
    public static BenchOptions? Parse(ReadOnlySpan<string> arguments)
    {
        BenchOptions options = new();
        while (!arguments.IsEmpty)
        {
            switch (arguments)
            {
                case ["--runs", var text, ..] when int.TryParse(text, CultureInfo.InvariantCulture, out int runs) && runs > 0:
                    options = options with { Runs = runs };
                    break;
                case ["--only", var words, ..]:
                    options = options with { Only = words };
                    break;
                case ["--json", var path, ..]:
                    options = options with { JsonPath = path };
                    break;
                case ["--buildctl", var address, ..]:
                    options = options with { BuildctlAddress = address };
                    break;
                case ["--no-docker", ..]:
                    options = options with { HasDocker = false };
                    arguments = arguments[1..];
                    continue;
                case ["--served", ..]:
                    options = options with { HasServed = true };
                    arguments = arguments[1..];
                    continue;
                default:
                    return null;
            }
            arguments = arguments[2..];
        }
        return options;
    }
}
