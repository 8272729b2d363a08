using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Parsing;
using Caisson.Engine.Spelling;
using Caisson.Oci.Toml;

namespace Caisson.Daemon.Hosting;

/// <summary>
/// Reads what a <c>buildkitd.toml</c> says of the removal of cache: rules of its own (<c>[[worker.oci.gcpolicy]]</c>), or that there is to be any (<c>[worker.oci]</c>), with
/// what limits. Then the rules are BuildKit's usual ones. Where it says nothing of it, there are none.
/// </summary>
/// <remarks>BuildKit, cmd/buildkitd/config/gcpolicy.go.</remarks>
internal sealed class CacheRuleReader
{
    private static readonly CacheRule UsualLimits = new()
    {
        Reserved = new SpaceAmount { Percent = 10, Bytes = 10_000_000_000 },
        MaxUsed = new SpaceAmount { Percent = 80, Bytes = 100_000_000_000 },
        MinFree = new SpaceAmount { Percent = 20 },
    };

    private readonly ImmutableArray<CacheRule>.Builder _rules = ImmutableArray.CreateBuilder<CacheRule>();
    private CacheRule _limits = new();
    private bool? _collects;

    /// <summary>What it takes of <c>[worker.oci]</c>.</summary>
    public static ImmutableArray<string> WorkerKeys { get; } = ["gc", "reservedSpace", "gckeepstorage", "maxUsedSpace", "minFreeSpace"];

    /// <summary>What it takes of <c>[[worker.oci.gcpolicy]]</c>.</summary>
    public static ImmutableArray<string> RuleKeys { get; } = ["all", "filters", "keepDuration", "reservedSpace", "keepBytes", "maxUsedSpace", "minFreeSpace"];

    /// <summary>Takes <c>[worker.oci]</c>.</summary>
    /// <exception cref="TomlException">Something has a value that cannot be meant.</exception>
    public void ReadWorker(TomlTable table)
    {
        _collects = DaemonConfigurationReader.Truth(table, "gc");
        _limits = ReadLimits(table);
        // The older name counts where there is no newer one.
        if (Amount(table, "gckeepstorage") is { } reserved && !HasLimit(_limits))
            _limits = _limits with { Reserved = reserved };
    }

    /// <summary>Takes one of <c>[[worker.oci.gcpolicy]]</c>.</summary>
    /// <exception cref="TomlException">Something has a value that cannot be meant.</exception>
    public void ReadRule(TomlTable table)
    {
        CacheRule limits = ReadLimits(table);
        _rules.Add(limits with
        {
            All = DaemonConfigurationReader.Truth(table, "all") == true,
            Filters = ReadFilters(table),
            UnusedFor = ReadAge(table, "keepDuration"),
            Reserved = Amount(table, "keepBytes") is { } older ? limits.Reserved ?? older : limits.Reserved,
        });
    }

    /// <summary>All rules, in the order in which they are applied.</summary>
    public ImmutableArray<CacheRule> Complete()
    {
        if (_collects == false || (_collects is null && _rules.Count == 0 && !HasLimit(_limits)))
            return [];
        if (_rules.Count > 0)
            return _rules.ToImmutable();
        CacheRule limits = HasLimit(_limits) ? _limits : UsualLimits;
        return
        [
            new CacheRule { Filters = ["type==source.local", "type==exec.cachemount", "type==source.git.checkout"], UnusedFor = TimeSpan.FromHours(48), MaxUsed = new SpaceAmount { Bytes = 512_000_000 } },
            limits with { UnusedFor = TimeSpan.FromDays(60) },
            limits,
            limits with { All = true },
        ];
    }

    private static bool HasLimit(CacheRule rule) => rule is { Reserved: not null } or { MaxUsed: not null } or { MinFree: not null };

    private static CacheRule ReadLimits(TomlTable table) => new()
    {
        Reserved = Amount(table, "reservedSpace"),
        MaxUsed = Amount(table, "maxUsedSpace"),
        MinFree = Amount(table, "minFreeSpace"),
    };

    private static ImmutableArray<string> ReadFilters(TomlTable table)
    {
        ImmutableArray<string> filters = DaemonConfigurationReader.Texts(table, "filters") ?? [];
        try
        {
            CacheFilterValues.ParseAny(filters, default);
            return filters;
        }
        catch (UsageException e)
        {
            throw DaemonConfigurationReader.At(table, "filters", e.Message);
        }
    }

    // 0 is no limit, as in BuildKit.
    private static SpaceAmount? Amount(TomlTable table, string key) => table.Values.GetValueOrDefault(key) switch
    {
        null or TomlValue.Number { Value: 0 } => null,
        TomlValue.Number { Value: > 0 } bytes => new SpaceAmount { Bytes = bytes.Value },
        TomlValue.Text { Value: [.. var share, '%'] } when int.TryParse(share, NumberStyles.None, CultureInfo.InvariantCulture, out int percent) && percent is > 0 and <= 100 => new SpaceAmount { Percent = percent },
        TomlValue.Text text when ByteSize.TryParse(text.Value, out long bytes) && bytes > 0 => new SpaceAmount { Bytes = bytes },
        _ => throw DaemonConfigurationReader.At(table, key, "write a size such as 20000000000, \"20GB\" or \"60%\""),
    };

    private static TimeSpan? ReadAge(TomlTable table, string key)
    {
        string text = table.Values.GetValueOrDefault(key) switch
        {
            null => "0s",
            TomlValue.Number seconds => string.Create(CultureInfo.InvariantCulture, $"{seconds.Value}s"),
            TomlValue.Text { Value: var written } when written.All(char.IsAsciiDigit) => written + "s",
            TomlValue.Text written => written.Value,
            _ => "",
        };
        if (!Durations.TryParse(text, out TimeSpan age))
            throw DaemonConfigurationReader.At(table, key, "write a time such as \"48h\", or a number of seconds");
        return age > TimeSpan.Zero ? age : null;
    }
}
