using Caisson.Oci.Toml;

namespace Caisson.Oci.Tests.Toml;

public sealed class TomlReaderTests
{
    [Theory]
    [InlineData("[a.b]\nx = 1\ny = 'z'")]
    [InlineData("a.b.x = 1\na.b.y = 'z'")]
    [InlineData("a = { b = { x = 1, y = 'z' } }")]
    [InlineData("[a]\nb.x = 1\n'b' . \"y\" = 'z'")]
    [InlineData("a.b = { x = 1, y = \"\"\"\nz\"\"\" } # a comment")]
    public void However_a_table_is_written_it_comes_out_as_one(string text)
    {
        TomlTable table = Assert.Single(TomlReader.Read(text), static t => t.Name == "a.b");
        Assert.False(table.IsElement);
        Assert.Equal(["x=1", "y=z"], Written(table));
    }

    [Theory]
    [InlineData("[[r]]\nx = 1\n[[r.m]]\ny = 2\n[[r.m]]\n[[r]]")]
    [InlineData("r = [{ x = 1, m = [{ y = 2 }, {}] }, {}]")]
    [InlineData("r = [\n  { m = [{ y = 2 },\n {}],\n x = 1 }, # the first\n {}, ]")]
    public void Tables_of_a_list_come_one_after_the_other_with_what_is_below_them(string text) =>
        Assert.Equal(["r: x=1", "r.m: y=2", "r.m: ", "r: "], TomlReader.Read(text).Where(static t => t.IsElement).Select(static t => $"{t.Name}: {string.Join(' ', Written(t))}"));

    [Fact]
    public void Values_are_read_in_all_their_spellings_with_their_places()
    {
        TomlTable table = TomlReader.Read("""
            a = "x\u00e9\ty"
            b = '''
            two
            lines\n'''
            c = 0x1F
            d = -1_000
            e = [ "p", [true], ]
            f = 2001-02-03T04:05:06Z
            g = 1.5
            "quoted key" = ""
            """)[0];
        Assert.Equal(["a=xé\ty", "b=two\nlines\\n", "c=31", "d=-1000", "e=[p [True]]", "f=?", "g=?", "quoted key="], Written(table));
        Assert.Equal((2, 5), (table.Values["b"].Line, table.Values["c"].Column));
    }

    [Theory]
    [InlineData("[[registry]\n", 1, 11)]
    [InlineData("x \"a\"", 1, 3)]
    [InlineData("[t]\nx = yes", 2, 5)]
    [InlineData("x = \"a", 1, 6)]
    [InlineData("x = \"\\q\"", 1, 7)]
    [InlineData("\nx = \"\\", 2, 7)]
    [InlineData("x = \"a\" b", 1, 9)]
    [InlineData("x = 1\nx = 2", 2, 1)]
    [InlineData("x = [1 2]", 1, 8)]
    [InlineData("[a]\n[a]", 2, 1)]
    [InlineData("a = { b = 1 }\n[a]", 2, 1)]
    [InlineData("[a]\nb.c = 1\n[a.b]", 3, 1)]
    public void A_mistake_is_named_with_its_place(string text, int line, int column)
    {
        TomlException e = Assert.Throws<TomlException>(() => TomlReader.Read(text));
        Assert.Equal((line, column), (e.Line, e.Column));
        Assert.StartsWith("this is no TOML: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x = ", "[", 100_000)]
    [InlineData("x = ", "{ a = ", 100_000)]
    [InlineData("", "#", 2 << 20)]
    public void Too_much_is_refused(string begin, string part, int times) =>
        Assert.Throws<TomlException>(() => TomlReader.Read(begin + string.Concat(Enumerable.Repeat(part, times))));

    private static IEnumerable<string> Written(TomlTable table) => table.Values.OrderBy(static v => v.Key, StringComparer.Ordinal).Select(static v => $"{v.Key}={Written(v.Value)}");

    private static string Written(TomlValue value) => value switch
    {
        TomlValue.Text text => text.Value.ReplaceLineEndings("\n"),
        TomlValue.Truth truth => $"{truth.Value}",
        TomlValue.Number number => $"{number.Value}",
        TomlValue.List list => $"[{string.Join(' ', list.Values.Select(Written))}]",
        _ => "?",
    };
}
