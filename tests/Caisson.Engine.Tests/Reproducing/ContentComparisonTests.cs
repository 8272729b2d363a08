using System.Globalization;
using System.IO.Compression;
using System.Text;
using Caisson.Engine.Reproducing;

namespace Caisson.Engine.Tests.Reproducing;

public sealed class ContentComparisonTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 9, 3, 48, TimeSpan.Zero);

    private static readonly Surroundings First = new() { HostName = "caisson", Processors = 8, StorePath = "/var/lib/caisson", From = DateTimeOffset.UnixEpoch, To = Time };
    private static readonly Surroundings Second = new() { HostName = "caisso2", Processors = 1, StorePath = "/var/lib/caisson/tmp/1/again-1/files/build-2", From = Time.AddSeconds(2), To = Time.AddSeconds(9) };

    private readonly ContentComparison _comparison = new(First, Second);

    [Theory]
    [InlineData("built at 1795338228\n", "built at 1795338231\n")]
    [InlineData("1795338228123", "1795338231456")]
    [InlineData("Sun Nov 22 09:03:48 UTC 2026\n", "Sun Nov 22 09:03:51 UTC 2026\n")]
    [InlineData("2026-11-22T10:03:48.123+01:00", "2026-11-22T10:03:51.456+01:00")]
    [InlineData("{\"a\":1,\"t\":\"9:03:48\"}", "{\"a\":1,\"t\":\"9:03:51\"}")]
    [InlineData("17179533817953382283000000", "17179533817953382313000000")] // texts side by side in a program
    [InlineData("version 20261122090348", "version 20261122090351")]
    [InlineData("6b02aff4", "6b02aff7")]
    [InlineData("yesterday's, from the cache: 1795251828\n", "yesterday's, from the cache: 1795338231\n")]
    [InlineData("one\n2026-11-22 09:03:48 status installed\nand more\n", "one\n2026-11-22 09:03:51 status installed\nand more\n")]
    public void A_time_in_both_is_a_time_stamp(string one, string other) => Assert.Equal(DifferenceKind.TimeStamp, Kind(one, other));

    [Theory]
    [InlineData("1295338228", "1395338231")] // neither is a time of the second build
    [InlineData("db721907-deba-4cde-89a9-6fc327dadc51\n", "2d084eb0-4f32-404d-98c9-34ccc32d6d57\n")]
    [InlineData("id: Xk3fQ9zP", "id: bW71mmLa")]
    [InlineData("12345\n", "678\n")]
    [InlineData("v9183mNDa2JgiJf6Alwi/fawudVmtK13buZyfINRL/NAP2Fc", "3zMrJ949HcANs7E38bOk/fawudVmtK13buZyfINRL/NAP2Fc")] // build ids of Go
    public void What_is_no_word_and_no_time_is_random(string one, string other) => Assert.Equal(DifferenceKind.Random, Kind(one, other));

    [Theory]
    [InlineData("a\nb\nc\n", "c\na\nb\n", "the same lines in another order")]
    [InlineData("a b c", "b c a", "the same words in another order")]
    [InlineData("a,b,c", "b,c,a", "the same items in another order")]
    [InlineData("x\0y\0z\0", "z\0x\0y\0", "the same entries in another order")]
    public void The_same_parts_in_another_order_are_an_order(string one, string other, string detail)
    {
        ContentDifference told = Tell(one, other);
        Assert.Equal((DifferenceKind.Order, detail), (told.Kind, told.Detail));
    }

    [Theory]
    [InlineData("built on caisson by root", "built on caisso2 by root")]
    [InlineData("caisson\n", "caisso2\n")]
    public void The_host_name_is_told(string one, string other) => Assert.Equal(DifferenceKind.HostName, Kind(one, other));

    [Theory]
    [InlineData("upper=/var/lib/caisson/x", "upper=/var/lib/caisson/tmp/1/again-1/files/build-2/x")]
    [InlineData("from /tmp/go-build123/b001/x.go", "from /tmp/go-build98765/b001/x.go")]
    public void A_path_is_told(string one, string other) => Assert.Equal(DifferenceKind.EmbeddedPath, Kind(one, other));

    [Fact]
    public void The_number_of_processors_is_told() => Assert.Equal(DifferenceKind.Parallelism, Kind("jobs 8\n", "jobs 1\n"));

    [Fact]
    public void Words_that_differ_are_other_content() => Assert.Equal(DifferenceKind.Content, Kind("left\n", "right and more\n"));

    [Fact]
    public void What_is_known_goes_before_what_is_random() => Assert.Equal(DifferenceKind.TimeStamp, Kind("09:03:48 8d1f0a77\n", "09:03:51 77ab12cd\n"));

    [Fact]
    public void Binary_times_are_time_stamps_in_either_order_of_bytes()
    {
        byte[] one = [1, 2, 3, 0xf4, 0xaf, 0x02, 0x6b, 9, 9], other = [1, 2, 3, 0xf7, 0xaf, 0x02, 0x6b, 9, 9];
        Assert.Equal(DifferenceKind.TimeStamp, _comparison.Tell(one, other).Kind);
        Array.Reverse(one);
        Array.Reverse(other);
        Assert.Equal(DifferenceKind.TimeStamp, _comparison.Tell(one, other).Kind);
    }

    [Fact]
    public void Binary_noise_is_random() => Assert.Equal(DifferenceKind.Random, _comparison.Tell((byte[])[1, 2, 3, 200, 13, 14, 255, 1], (byte[])[1, 2, 3, 17, 222, 5, 6, 1]).Kind);

    [Fact]
    public void A_gzip_file_is_looked_into()
    {
        ContentDifference told = _comparison.Tell(Gzip("09:03:48\n"), Gzip("09:03:51\n"));
        Assert.Equal((DifferenceKind.TimeStamp, "in what is packed: \"09:03:48\" and \"09:03:51\""), (told.Kind, told.Detail));
        byte[] stamped = Gzip("the same\n");
        stamped[4] = 77;
        ContentDifference header = _comparison.Tell(Gzip("the same\n"), stamped);
        Assert.Equal((DifferenceKind.TimeStamp, "the time in its header, 0 and 77"), (header.Kind, header.Detail));
    }

    [Fact]
    public void A_zip_archive_is_looked_into()
    {
        Assert.Equal("the same members in another order", _comparison.Tell(Zip(Time, ("a", "x"), ("b", "y")), Zip(Time, ("b", "y"), ("a", "x"))).Detail);
        ContentDifference times = _comparison.Tell(Zip(Time, ("a", "x")), Zip(Time.AddSeconds(4), ("a", "x")));
        Assert.Equal((DifferenceKind.TimeStamp, "of its member a, \"2026-11-22T09:03:48\" and \"2026-11-22T09:03:52\""), (times.Kind, times.Detail));
        Assert.Equal((DifferenceKind.HostName, "in a: \"caisson\" and \"caisso2\""), Both(_comparison.Tell(Zip(Time, ("a", "caisson")), Zip(Time, ("a", "caisso2")))));
    }

    [Fact]
    public void An_archive_of_ar_is_looked_into()
    {
        Assert.Equal(DifferenceKind.TimeStamp, _comparison.Tell(Ar("1795338228", "0", "x"), Ar("1795338231", "0", "x")).Kind);
        Assert.Equal(DifferenceKind.Owner, _comparison.Tell(Ar("0", "0", "x"), Ar("0", "1000", "x")).Kind);
    }

    [Fact]
    public void What_only_begins_like_an_archive_is_compared_as_it_is()
    {
        Assert.Equal(DifferenceKind.HostName, Kind("!<arch>\ncaisson", "!<arch>\ncaisso2"));
        Assert.Equal(DifferenceKind.HostName, Kind("PK caisson", "PK caisso2"));
    }

    private DifferenceKind Kind(string one, string other) => Tell(one, other).Kind;

    private ContentDifference Tell(string one, string other) => _comparison.Tell(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    private static (DifferenceKind, string) Both(ContentDifference told) => (told.Kind, told.Detail);

    private static byte[] Gzip(string content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(content));
        return packed.ToArray();
    }

    private static byte[] Zip(DateTimeOffset time, params (string Name, string Content)[] members)
    {
        using MemoryStream packed = new();
        using (ZipArchive zip = new(packed, ZipArchiveMode.Create))
        {
            foreach ((string name, string content) in members)
            {
                ZipArchiveEntry entry = zip.CreateEntry(name);
                entry.LastWriteTime = time;
                using Stream stream = entry.Open();
                stream.Write(Encoding.UTF8.GetBytes(content));
            }
        }
        return packed.ToArray();
    }

    private static byte[] Ar(string time, string owner, string content) => Encoding.Latin1.GetBytes(
        "!<arch>\n" + "member/".PadRight(16) + time.PadRight(12) + owner.PadRight(6) + "0".PadRight(6) + "100644".PadRight(8) + content.Length.ToString(CultureInfo.InvariantCulture).PadRight(10) + "`\n" + content);
}
