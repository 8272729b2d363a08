using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Caisson.Conformance.Comparison;
using Caisson.Conformance.Images;

namespace Caisson.Conformance;

/// <summary>The comparison sees what it is there to see: one side of each facet is altered, and that is what is told.</summary>
public sealed class ComparisonTests
{
    private const string Config = """
        {"created":"2020-01-01T00:00:00Z","architecture":"amd64","os":"linux","variant":"v1","author":"a",
         "config":{"Env":["A=1","B=2"],"Entrypoint":["e"],"Cmd":["c"],"WorkingDir":"/w","User":"u","Labels":{"l":"1"},"ExposedPorts":{"80/tcp":{}},"Volumes":{"/v":{}},
                   "Healthcheck":{"Test":["NONE"]},"StopSignal":"SIGINT","Shell":["/bin/sh"],"OnBuild":["RUN x"]},
         "rootfs":{"type":"layers","diff_ids":[]},
         "history":[{"created_by":"COPY a /"},{"created_by":"ENV A=1","empty_layer":true}]}
        """;

    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(2_000_000_000);

    private static readonly ImmutableArray<ArchiveEntry> Lower =
    [
        new ArchiveEntry { Path = "d", Type = '5', Mode = 0x1ED, Uid = 0, Gid = 0, Time = 1 },
        new ArchiveEntry { Path = "d/f", Type = '0', Mode = 0x1A4, Uid = 0, Gid = 0, Time = 1, SizeBytes = 3, Content = "abc", Attributes = Attribute("00") },
        new ArchiveEntry { Path = "d/g", Type = '1', Mode = 0x1A4, Uid = 0, Gid = 0, Time = 1, Target = "d/f" },
        new ArchiveEntry { Path = "l", Type = '2', Mode = 0x1FF, Uid = 0, Gid = 0, Time = 1, Target = "d" },
    ];

    private static readonly ImmutableArray<ArchiveEntry> Upper = [new ArchiveEntry { Path = ".wh.gone", Type = '0', Mode = 0, Uid = 0, Gid = 0, Time = 0 }];

    [Fact]
    public void Equal_images_do_not_differ() => Assert.Empty(Differences(Image()));

    [Theory]
    [InlineData("config", "config.Env", "Env", """["B=2","A=1"]""")]
    [InlineData("config", "config.Entrypoint", "Entrypoint", """["other"]""")]
    [InlineData("config", "config.Cmd", "Cmd", "null")]
    [InlineData("config", "config.WorkingDir", "WorkingDir", "\"/\"")]
    [InlineData("config", "config.User", "User", "\"v\"")]
    [InlineData("config", "config.Labels", "Labels", """{"l":"2"}""")]
    [InlineData("config", "config.ExposedPorts", "ExposedPorts", """{"80/udp":{}}""")]
    [InlineData("config", "config.Volumes", "Volumes", """{"/v":{},"/w":{}}""")]
    [InlineData("config", "config.Healthcheck", "Healthcheck", """{"Test":["CMD","x"]}""")]
    [InlineData("config", "config.StopSignal", "StopSignal", "\"SIGTERM\"")]
    [InlineData("config", "config.Shell", "Shell", """["/bin/bash"]""")]
    [InlineData("config", "config.OnBuild", "OnBuild", "[]")]
    [InlineData("config", "config.Unknown", "Unknown", "true")]
    public void A_member_of_the_configuration_that_differs_is_told(string facet, string subject, string member, string value)
    {
        JsonObject config = Parse();
        config["config"]!.AsObject()[member] = JsonNode.Parse(value); // it is in the text above
        Assert.Equal([(facet, subject)], Differences(Image(config)));
    }

    [Theory]
    [InlineData("architecture")]
    [InlineData("os")]
    [InlineData("variant")]
    [InlineData("created")]
    [InlineData("author")]
    public void What_the_image_says_of_itself_is_told(string member)
    {
        JsonObject config = Parse();
        config[member] = "other";
        Assert.Equal([("config", member)], Differences(Image(config)));
    }

    [Theory]
    [InlineData("created_by", "\"COPY b /\"", "history.created_by")]
    [InlineData("empty_layer", "true", "history.empty_layer")]
    public void A_line_of_history_that_differs_is_told(string member, string value, string facet)
    {
        JsonObject config = Parse();
        config["history"]![0]!.AsObject()[member] = JsonNode.Parse(value); // it is in the text above
        Assert.Equal([(facet, "0")], Differences(Image(config)));
    }

    [Fact]
    public void A_line_of_history_too_many_is_told()
    {
        JsonObject config = Parse();
        config["history"]!.AsArray().Add(new JsonObject { ["created_by"] = "x", ["empty_layer"] = true }); // it is in the text above
        Assert.Contains(("history.count", ""), Differences(Image(config)));
    }

    public static TheoryData<string, string, int, Func<object, object>> Alterations => new()
    {
        { "tree.mode", "d", 0, static e => ((ArchiveEntry)e) with { Mode = 0x1C0 } },
        { "tree.mode", "d/f", 1, static e => ((ArchiveEntry)e) with { Mode = 0x9ED } },
        { "tree.owner", "d", 0, static e => ((ArchiveEntry)e) with { Uid = 5 } },
        { "tree.owner", "d", 0, static e => ((ArchiveEntry)e) with { Gid = 5 } },
        { "tree.time.directory", "d", 0, static e => ((ArchiveEntry)e) with { Time = 2 } },
        { "tree.time.directory", "d", 0, static e => ((ArchiveEntry)e) with { Time = 2_000_000_001 } },
        { "tree.time.file", "d/f", 1, static e => ((ArchiveEntry)e) with { Time = 2 } },
        { "tree.size", "d/f", 1, static e => ((ArchiveEntry)e) with { SizeBytes = 4 } },
        { "tree.content", "d/f", 1, static e => ((ArchiveEntry)e) with { Content = "abd" } },
        { "tree.attribute", "d/f user.x", 1, static e => ((ArchiveEntry)e) with { Attributes = Attribute("01") } },
        { "tree.attribute", "d/f user.x", 1, static e => ((ArchiveEntry)e) with { Attributes = ImmutableSortedDictionary<string, string>.Empty } },
        { "tree.target", "l", 3, static e => ((ArchiveEntry)e) with { Target = "e" } },
        { "tree.kind", "l", 3, static e => ((ArchiveEntry)e) with { Type = '6', Target = "" } },
        { "tree.kind", "l2", 3, static e => ((ArchiveEntry)e) with { Path = "l2" } },
        { "layers.entry", "0 l2", 3, static e => ((ArchiveEntry)e) with { Path = "l2" } },
        { "tree.names", "d/g", 2, static e => ((ArchiveEntry)e) with { Type = '0', SizeBytes = 3, Content = "abc", Target = "" } },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Alterations))]
    public void A_file_that_differs_is_told(string facet, string subject, int index, Func<object, object> alter) =>
        Assert.Contains((facet, subject), Differences(new BuiltImage(Parse(), [Lower.SetItem(index, (ArchiveEntry)alter(Lower[index])), Upper])));

    [Fact]
    public void A_whiteout_that_is_missing_is_told() =>
        Assert.Equal([("layers.entry", "1 .wh.gone")], Differences(new BuiltImage(Parse(), [Lower, []])));

    [Fact]
    public void A_layer_too_many_is_told() => Assert.Equal([("layers.count", "")], Differences(new BuiltImage(Parse(), [Lower, Upper, []])));

    [Fact]
    public void Whiteouts_take_files_of_the_layers_below_only()
    {
        ArchiveEntry opaque = Upper[0] with { Path = "d/.wh..wh..opq" };
        MergedTree tree = MergedTree.Of([Lower, [opaque, Lower[1] with { Path = "d/new" }, Upper[0] with { Path = ".wh.l" }]]);
        Assert.Equal(["d", "d/new"], tree.Files.Keys);
    }

    [Fact]
    public void An_intended_difference_explains_only_what_it_names()
    {
        IntendedDifference mark = IntendedDifferences.Table.Single(static entry => entry.Id == "history-mark");
        Assert.True(mark.Explains(new Difference("history.created_by", "0", "RUN x", "RUN x # buildkit"), ""));
        Assert.False(mark.Explains(new Difference("history.created_by", "0", "RUN y", "RUN x # buildkit"), ""));
        Assert.False(mark.Explains(new Difference("history.created_by", "0", null, "RUN x # buildkit"), ""));
        Assert.False(mark.Explains(new Difference("config", "0", "RUN x", "RUN x # buildkit"), ""));
    }

    private static List<(string Facet, string Subject)> Differences(BuiltImage altered) =>
        [.. FactSheet.Compare(ImageFacts.Of(altered, Start), ImageFacts.Of(Image(), Start)).Select(static d => (d.Facet, d.Subject))];

    private static BuiltImage Image(JsonObject? config = null) => new(config ?? Parse(), [Lower, Upper]);

    private static JsonObject Parse() => JsonNode.Parse(Config)!.AsObject(); // the text above is an object

    private static ImmutableSortedDictionary<string, string> Attribute(string value) => ImmutableSortedDictionary<string, string>.Empty.Add("user.x", value);
}
