using Caisson.Engine.Vendoring;

namespace Caisson.Engine.Tests.Vendoring;

public sealed class GoModReaderTests
{
    [Fact]
    public void Everything_that_is_said_is_read()
    {
        GoModFile file = Read(
            """
            // a comment above
            module "example.com/App/v2" // and one behind

            go 1.21rc2
            toolchain go1.21.3
            godebug panicnil=1

            require example.com/a v1.0.0 // indirect
            require (
            	example.com/b v0.0.0-20200101000000-abcdef012345
            	`example.com/c` v2.0.0+incompatible // indirect; and more
            )
            replace example.com/b => ./b
            replace (
            	example.com/c v2.0.0+incompatible => example.com/d v1.2.3
            )
            exclude example.com/a v1.1.0
            // It lost data.
            retract v2.1.0
            retract [v2.2.0, v2.3.0] // never meant
            """);
        Assert.Equal("example.com/App/v2", file.Module);
        Assert.Equal("App", file.ShortName);
        Assert.Equal("1.21rc2", file.Go?.ToString());
        Assert.Equal("go1.21.3", file.Toolchain);
        Assert.Equal(["example.com/a v1.0.0 True", "example.com/b v0.0.0-20200101000000-abcdef012345 False", "example.com/c v2.0.0+incompatible True"], file.Requirements.Select(static r => $"{r.Needed} {r.IsIndirect}"));
        Assert.Equal(["example.com/b ./b True", "example.com/c v2.0.0+incompatible example.com/d v1.2.3 False"], file.Replacements.Select(static r => $"{r.Old} {r.New} {r.IsDirectory}"));
        Assert.Equal(["example.com/a v1.1.0"], file.Exclusions.Select(static e => e.ToString()));
        Assert.Equal(["v2.1.0 v2.1.0 It lost data.", "v2.2.0 v2.3.0 never meant"], file.Retractions.Select(static r => $"{r.Low} {r.High} {r.Reason}"));
    }

    [Fact]
    public void A_file_with_little_in_it_asks_for_nothing()
    {
        GoModFile file = Read("module x\r\n");
        Assert.Equal("x", file.Module);
        Assert.Null(file.Go);
        Assert.Equal("", Read("").Module);
    }

    [Theory]
    [InlineData("module x\ngo one\n", "line 2: \"one\" is no version of Go")]
    [InlineData("module\n", "line 1: \"module\" has no path")]
    [InlineData("module \"x\n", "line 1: a quoted text does not end")]
    [InlineData("module `x", "line 1: a quoted text does not end")]
    [InlineData("module x\nrequire (\n\ta v1.0.0\n", "line 4: the block \"require\" does not end")]
    [InlineData("module x\nrequire a\n", "line 2: a module and its version are needed")]
    [InlineData("module x\nreplace a\n", "line 2: write MODULE [VERSION] => MODULE VERSION, or a directory")]
    [InlineData("module x\nretract [v1.0.0, v1.1.0, v1.2.0]\n", "line 2: write \"retract\" with a version or [FIRST, LAST]")]
    public void What_cannot_be_meant_is_told_with_its_line(string text, string problem)
    {
        Assert.Null(GoModReader.Read(text, out string? told));
        Assert.Equal(problem, told);
    }

    [Fact]
    public void No_text_makes_it_throw()
    {
        string[] pieces = ["module", "go", "require", "replace", "retract", "(", ")", "\"", "`", "//", "=>", "[", "]", ",", "\\", "\n", "\r", "\t", " ", "v1.0.0", "1.21", "\0", "ü", "\ud800"];
        Random random = new(7);
        for (int i = 0; i < 20_000; i++)
            GoModReader.Read(string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => pieces[random.Next(pieces.Length)])), out _);
        Assert.Null(GoModReader.Read(new string('(', 9 << 20), out string? problem));
        Assert.Contains("larger than", problem, StringComparison.Ordinal);
        GoModReader.Read(string.Concat(Enumerable.Repeat("a (\n", 100_000)), out _);
    }

    private static GoModFile Read(string text)
    {
        GoModFile? file = GoModReader.Read(text, out string? problem);
        Assert.Null(problem);
        return file!; // there is no problem
    }
}
