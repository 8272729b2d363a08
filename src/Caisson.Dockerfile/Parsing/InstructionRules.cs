using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Caisson.Dockerfile.Parsing;

/// <summary>The table of instructions.</summary>
internal static class InstructionRules
{
    private static readonly ImmutableArray<FlagRule> TransferFlags =
        [new("chown"), new("chmod"), new("link", FlagKind.Boolean), new("exclude", FlagKind.List)];

    private static readonly ImmutableArray<InstructionRule> All =
    [
        new("ADD", TransferParser.ParseAdd)
        {
            TakesHeredocs = true,
            Flags = [.. TransferFlags, new("keep-git-dir", FlagKind.Boolean), new("checksum"), new("unpack", FlagKind.Boolean)],
        },
        new("ARG", PairParser.ParseArg),
        new("CMD", CommandParser.ParseCmd),
        new("COPY", TransferParser.ParseCopy)
        {
            TakesHeredocs = true,
            Flags = [.. TransferFlags, new("from"), new("parents", FlagKind.Boolean)],
        },
        new("ENTRYPOINT", CommandParser.ParseEntrypoint),
        new("ENV", PairParser.ParseEnv),
        new("EXPOSE", ListParser.ParseExpose),
        new("FROM", FromParser.Parse) { Flags = [new("platform")] },
        new("HEALTHCHECK", HealthcheckParser.Parse)
        {
            Flags = [new("interval"), new("timeout"), new("start-period"), new("start-interval"), new("retries")],
        },
        new("LABEL", PairParser.ParseLabel),
        new("MAINTAINER", TextParser.ParseMaintainer),
        new("ONBUILD", OnbuildParser.Parse),
        new("RUN", RunParser.Parse)
        {
            TakesHeredocs = true,
            Flags = [new("mount", FlagKind.List), new("network"), new("security"), new("device", FlagKind.List)],
        },
        new("SHELL", CommandParser.ParseShell),
        new("STOPSIGNAL", TextParser.ParseStopsignal),
        new("USER", TextParser.ParseUser),
        new("VOLUME", ListParser.ParseVolume),
        new("WORKDIR", TextParser.ParseWorkdir),
    ];

    private static readonly FrozenDictionary<string, InstructionRule>.AlternateLookup<ReadOnlySpan<char>> ByName =
        All.ToFrozenDictionary(static r => r.Name, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The names in capitals.</summary>
    public static ImmutableArray<string> Names { get; } = [.. All.Select(static r => r.Name)];

    /// <summary>The rule of an instruction, whatever the case of its name; null when there is none.</summary>
    public static InstructionRule? Find(ReadOnlySpan<char> name) => ByName.TryGetValue(name, out InstructionRule? rule) ? rule : null;
}
