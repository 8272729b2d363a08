using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;
using Caisson.Oci.Images;

namespace Caisson.Engine.Tests.Imaging;

/// <summary>The times that files carry in an image, whatever steps did to them: those of a build context are no input.</summary>
public sealed class FileTimesTests : IAsyncLifetime
{
    private const string Epoch = "1577934245";
    private const long EpochSeconds = 1577934245;
    private const long First = 1_000_000_000;
    private const long Second = 1_100_000_000;

    private Workshop _workshop = null!; // made before each test
    private Image _box = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0, "needs root");
        Assert.SkipUnless(Tool.Find("crun") is not null || Tool.Find("runc") is not null, "needs an OCI runtime: crun or runc");
        _box = await Bases.BusyboxAsync();
        _workshop = await OpenAsync(First);
    }

    public async ValueTask DisposeAsync()
    {
        if (_workshop is not null)
            await _workshop.DisposeAsync();
    }

    [Theory]
    [InlineData("COPY f /f\nRUN chown 5 /f")]
    [InlineData("COPY f /f\nRUN chmod 600 /f\nRUN chown 5 /f")]
    [InlineData("COPY d /d\nRUN echo new > /d/sub/new; touch -d @500 /d/sub")]
    [InlineData("COPY d /d\nRUN chmod 700 /d /d/sub")]
    [InlineData("COPY . /all\nRUN chown -h 5 /all/l")]
    [InlineData("COPY f /f\nRUN ln /f /a; ln /f /z")]
    [InlineData("COPY h1 h2 /h/\nRUN chmod 600 /h/h2")]
    [InlineData("COPY d /d\nRUN chmod 600 /d/f\nCOPY f /d/")]
    [InlineData("COPY d /d\nRUN chmod 600 /d/f\nWORKDIR /d/sub/new")]
    [InlineData("COPY --link d /d\nRUN chmod 600 /d/f\nCOPY --link f /d/g\nRUN chmod 600 /d/g")]
    [InlineData("COPY d /d\nRUN ls /d\nFROM scratch\nCOPY --from=0 /d /e")]
    [InlineData("COPY d /d\nRUN chmod 600 /d/f\nFROM scratch\nCOPY --from=0 /d /e")]
    [InlineData("COPY d /d\nRUN chmod 600 /d/f\nFROM box:1\nCOPY --from=0 /d /e\nRUN chown 5 /e/f")]
    [InlineData("COPY <<x /d/x\nX\nx\nRUN chmod 600 /d/x")]
    [InlineData("COPY f /f\nRUN chown 5 /f && rm /f\nCOPY f /f\nRUN chown 6 /f")]
    public async Task Two_checkouts_with_other_times_give_the_same_image(string steps)
    {
        await using Workshop other = await OpenAsync(Second);
        string dockerfile = "FROM box:1\n" + steps + "\n";
        Image one = (await _workshop.BuildAsync(dockerfile, AtEpoch)).Image;
        Image two = (await other.BuildAsync(dockerfile, AtEpoch)).Image;
        foreach ((ImageLayer left, ImageLayer right) in one.Layers.Zip(two.Layers))
            Assert.Equal(await Layers.OfAsync(left, withTimes: true), await Layers.OfAsync(right, withTimes: true));
        Assert.Equal(one.Descriptor.Digest, two.Descriptor.Digest);
    }

    [Theory]
    [InlineData("COPY d /d\nRUN chmod 600 /d/f")]
    [InlineData("WORKDIR /w/x\nRUN touch /w/x/y")]
    [InlineData("COPY d /d\nRUN chmod 600 /d/f\nFROM box:1\nCOPY --from=0 /d/f /f")]
    public async Task Other_forms_of_export_carry_the_same_times(string steps)
    {
        await using Workshop other = await OpenAsync(Second);
        Assert.Equal(await ExportAsync(_workshop, steps), await ExportAsync(other, steps));
    }

    // A layer that was made before the commit whose time the image has: when that was is no input.
    [Fact]
    public async Task When_a_step_ran_is_no_part_of_an_image_that_is_later()
    {
        const string Dockerfile = "FROM box:1\nRUN mkdir /d; echo x > /d/x; ln /d/x /d/y; ln -s x /d/l; touch -d @500 /d/old\nFROM scratch\nCOPY --from=0 /d /e\n";
        await using Workshop other = await OpenAsync(Second);
        await _workshop.BuildAsync(Dockerfile, AtEpoch);
        Built again = await _workshop.BuildAsync(Dockerfile, static r => At("4102444800", r));
        Built fresh = await other.BuildAsync(Dockerfile, static r => At("4102444800", r));
        Assert.Equal(
            ["d 0755 0:0 e @4102444800", "l 0:0 e/l -> x @4102444800", "f 0644 0:0 e/old \"\" @500", "f 0644 0:0 e/x \"x\n\" @4102444800", "h e/y => e/x @4102444800"],
            await Layers.OfAsync(fresh.Image.Layers[^1], withTimes: true));
        Assert.Equal(fresh.Digest, again.Digest);
    }

    [Fact]
    public async Task A_time_that_a_step_gave_counts_where_its_files_are_copied()
    {
        const string Dockerfile = "FROM box:1\nARG TIME\nRUN touch -d @$TIME /f\nFROM scratch\nCOPY --from=0 /f /\n";
        await _workshop.BuildAsync(Dockerfile, static r => AtEpoch(r) with { Arguments = AtEpoch(r).Arguments.Add("TIME", "500") });
        Built built = await _workshop.BuildAsync(Dockerfile, static r => AtEpoch(r) with { Arguments = AtEpoch(r).Arguments.Add("TIME", "600") });
        Assert.Equal(["f 0644 0:0 f \"\" @600"], await Layers.OfAsync(built.Image.Layers[^1], withTimes: true));
    }

    [Fact]
    public async Task What_a_step_did_not_change_the_time_of_has_it_still()
    {
        Built built = await _workshop.BuildAsync("FROM box:1\nWORKDIR /w/x\nCOPY f /w/f\nRUN chmod 600 /w/f; touch /w/x/new\nRUN ln /w/f /w/g\n", AtEpoch);
        string[] lines = [.. await Layers.OfAsync(built.Image.Layers[^2], withTimes: true), .. await Layers.OfAsync(built.Image.Layers[^1], withTimes: true)];
        Assert.All(lines, static line => Assert.EndsWith($" @{EpochSeconds}", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_step_gave_a_time_of_its_own_keeps_it()
    {
        Built built = await _workshop.BuildAsync(
            "FROM box:1 AS one\nCOPY f /f\nRUN echo made > /made; touch -d @500 /f /made\nRUN chown 5 /f /made\nFROM scratch\nCOPY --from=one /f /made /\n", AtEpoch);
        Assert.Equal(["f 0644 5:0 f \"F\" @500", "f 0644 5:0 made \"made\n\" @500"], await Layers.OfAsync(Assert.Single(built.Image.Layers), withTimes: true));
    }

    // The layer that was copied is known by its blob alone, which carries the time of another image.
    [Fact]
    public async Task The_time_of_an_earlier_image_stays_with_it()
    {
        await _workshop.BuildAsync("FROM box:1\nCOPY f /f\n", static r => At("1500000000", r));
        await _workshop.ReopenAsync();
        Built built = await _workshop.BuildAsync("FROM box:1\nCOPY f /f\nRUN chown 5 /f\n", AtEpoch);
        Assert.Equal([$"f 0644 5:0 f \"F\" @{EpochSeconds}"], await Layers.OfAsync(built.Image.Layers[^1], withTimes: true));
    }

    [Fact]
    public async Task A_running_step_sees_the_true_times()
    {
        Built built = await _workshop.BuildAsync("FROM box:1\nCOPY f /f\nRUN chown 5 /f\nRUN stat -c %Y /f > /time\n", AtEpoch);
        Assert.Contains($"f 0644 0:0 time \"{First}\n\"", await Layers.OfAsync(built.Image.Layers[^1]));
    }

    private static BuildRequest AtEpoch(BuildRequest request) => At(Epoch, request);

    private static BuildRequest At(string epoch, BuildRequest request) => request with { Arguments = request.Arguments.SetItem("SOURCE_DATE_EPOCH", epoch) };

    private static async Task<string[]> ExportAsync(Workshop workshop, string steps)
    {
        using MemoryStream tar = new();
        Folder directory = workshop.Folder("out");
        await workshop.BuildAsync($"FROM box:1\n{steps}\n", r => AtEpoch(r) with { Exports = [new Export.Tar(ExportFile.To(tar)), new Export.LocalDirectory(directory.Path)] });
        tar.Position = 0;
        string[] local = [.. Directory.GetFileSystemEntries(directory.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => $"{Path.GetRelativePath(directory.Path, path)} {File.GetLastWriteTimeUtc(path):O}")];
        return [.. await Layers.OfAsync(tar, withTimes: true), .. local];
    }

    private async Task<Workshop> OpenAsync(long time)
    {
        Workshop workshop = await Workshop.OpenAsync();
        await workshop.AddImageAsync("box:1", _box);
        workshop.Context.File("f", "F").File("d/f", "F").File("d/sub/x", "X").Link("l", "f").File("h1", "H").HardLink("h2", "h1");
        foreach (string path in (string[])["f", "d/f", "d/sub/x", "d/sub", "d", "l", "h1"])
            workshop.Context.Time(path, time);
        return workshop;
    }
}
