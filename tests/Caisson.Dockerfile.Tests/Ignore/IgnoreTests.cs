using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Ignore;

public sealed class IgnoreTests
{
    private static IgnoreFile File(string text) => IgnoreFile.Parse(new SourceText(".dockerignore", text));

    [Theory]
    // A name, and what lies below it.
    [InlineData("a", "a", true)]
    [InlineData("a", "a/b/c", true)]
    [InlineData("a", "b/a", false)]
    [InlineData("a", "ab", false)]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a", false)]
    [InlineData("/a", "a", true)]
    [InlineData("a/", "a", true)]
    [InlineData("./a", "a", true)]
    [InlineData("a//b/../c", "a/c", true)]
    [InlineData(".", "a", false)]
    [InlineData("/", "a", false)]
    [InlineData("..", "a", false)]
    [InlineData("../a", "a", false)]
    // Stars and question marks stay within a name.
    [InlineData("*", "a", true)]
    [InlineData("*", "a/b", true)]
    [InlineData("*", ".a", true)]
    [InlineData("*.go", "x.go", true)]
    [InlineData("*.go", "a/x.go", false)]
    [InlineData("*.go", ".go", true)]
    [InlineData("a*", "abc", true)]
    [InlineData("a*", "abc/x", true)]
    [InlineData("*/x", "a/x", true)]
    [InlineData("*/x", "a/b/x", false)]
    [InlineData("*/*/x", "a/b/x", true)]
    [InlineData("a?", "ab", true)]
    [InlineData("a?", "a", false)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("?", "é", true)]
    // Two stars go over any number of names.
    [InlineData("**", "a/b", true)]
    [InlineData("**/x", "x", true)]
    [InlineData("**/x", "a/x", true)]
    [InlineData("**/x", "a/b/x/c", true)]
    [InlineData("**/x", "ax", false)]
    [InlineData("**/*.go", "x.go", true)]
    [InlineData("**/*.go", "a/b/x.go", true)]
    [InlineData("**/*.go", "a/b/x.goo", false)]
    [InlineData("**/a/b", "x/a/b", true)]
    [InlineData("**/a/b", "x/a/c", false)]
    [InlineData("a/**", "a/b", true)]
    [InlineData("a/**", "a", false)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**/b", "a/xb", false)]
    [InlineData("a/**/*.txt", "a/b/c.txt", true)]
    [InlineData("**/a/**", "x/a/y", true)]
    [InlineData("**/a/**", "x/a", false)]
    [InlineData("a**", "abc/d", true)]
    [InlineData("a**b", "ab", true)]
    [InlineData("a**b", "ax/b", true)]
    [InlineData("a**b", "axb", false)]
    [InlineData("**b", "ab", true)]
    [InlineData("**b", "x/ab", true)]
    // Classes and escapes.
    [InlineData("[ab]", "a", true)]
    [InlineData("[ab]", "c", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[^a-c]x", "bx", false)]
    [InlineData("[^a-c]x", "dx", true)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("a]", "a]", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("\\#a", "#a", true)]
    [InlineData("a.b", "axb", false)]
    [InlineData("a+b|(c)", "a+b|(c)", true)]
    // Lines.
    [InlineData("# a", "# a", false)]
    [InlineData(" # a", "# a", true)]
    [InlineData("  a  ", "a", true)]
    [InlineData("\n\n \na\n", "a", true)]
    [InlineData("a\r\nb\r\n", "b", true)]
    [InlineData("\uFEFFa", "a", true)]
    [InlineData("", "a", false)]
    // The last pattern that matches decides.
    [InlineData("a\n!a", "a", false)]
    [InlineData("!a\na", "a", true)]
    [InlineData("a\n!a/b", "a/b", false)]
    [InlineData("a\n!a/b", "a/c", true)]
    [InlineData("a\n!a/b", "a", true)]
    [InlineData("a\n!a/b", "a/b/c", false)]
    [InlineData("*\n!src", "src/x", false)]
    [InlineData("*\n!src", "other/x", true)]
    [InlineData("*\n!src\nsrc/*.tmp", "src/x.tmp", true)]
    [InlineData("*\n!src\nsrc/*.tmp", "src/x.go", false)]
    [InlineData("**/*.md\n!README.md", "README.md", false)]
    [InlineData("**/*.md\n!README.md", "a/README.md", true)]
    [InlineData("**/*.md\n!**/README.md", "a/README.md", false)]
    [InlineData("! a", "a", false)]
    [InlineData("*\n! a", "a", false)]
    [InlineData("*\n!/a", "a", false)]
    // As in BuildKit's walk, an exception for a directory that was not ignored itself does not reach what is ignored below it.
    [InlineData("*/y\n!x", "x/y", true)]
    // Nor does a pattern reach below a directory that another one had ignored before it.
    [InlineData("a\n!a/b\na", "a/b", false)]
    public void A_path_is_ignored_or_not(string text, string path, bool expected)
    {
        IgnoreFile file = File(text);
        Assert.Empty(file.Diagnostics);
        Assert.Equal(expected, file.Matcher.IsIgnored(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("/")]
    public void The_root_is_never_ignored(string path) => Assert.False(File("**").Matcher.IsIgnored(path));

    [Theory]
    [InlineData("*.log\n# comment\n!keep.log", "x.log", 1, true)]
    [InlineData("*.log\n# comment\n!keep.log", "keep.log", 3, false)]
    [InlineData("*.log\n# comment\n!keep.log", "a", 0, false)]
    [InlineData("a\nb\na", "a/x", 1, true)]
    [InlineData("a\n!b\na*", "a/x", 1, true)]
    public void The_deciding_line_is_known(string text, string path, int line, bool ignored)
    {
        IgnoreVerdict verdict = File(text).Matcher.Judge(path);
        Assert.Equal((line, ignored), (verdict.DecidedBy?.Line ?? 0, verdict.IsIgnored));
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "a/b", true)]
    [InlineData("a", "b", false)]
    [InlineData("a\n!a/b", "a", false)]
    [InlineData("a\n!a/b/c", "a/b", false)]
    [InlineData("a\n!a/b/c", "a/d", true)]
    [InlineData("a\n!b", "a", true)]
    [InlineData("a\n!**/x", "a", false)]
    [InlineData("a\n!**/*.go", "a/b", false)]
    [InlineData("a\n!*/x", "a", false)]
    [InlineData("a\n!*/x", "a/b", true)]
    [InlineData("a\n!b*/x", "a", true)]
    [InlineData("a\n!a/**", "a", false)]
    [InlineData("a\n!b/**", "a", true)]
    [InlineData("!a/b\na", "a", true)]
    [InlineData("a\n!a/b\na", "a", false)]
    [InlineData("*\n!src", "node_modules", true)]
    [InlineData("*\n!src/**/x", "src/y", false)]
    [InlineData("a\n!a?/b", "a", true)]
    public void A_directory_can_be_skipped_when_nothing_below_it_can_come_back(string text, string directory, bool expected) =>
        Assert.Equal(expected, File(text).Matcher.CanSkipDirectory(directory));

    [Fact]
    public void A_walk_judges_as_paths_do()
    {
        IgnoreMatcher matcher = File("*\n!src\nsrc/**/*.tmp\n!src/keep/*.tmp").Matcher;
        IgnoreDirectory src = matcher.Root.Enter("src");
        IgnoreDirectory keep = src.Enter("keep");
        Assert.False(src.IsIgnored);
        Assert.True(matcher.Root.Enter("bin").CanSkip);
        Assert.True(src.Judge("a.tmp").IsIgnored);
        Assert.False(keep.Judge("a.tmp").IsIgnored);
        Assert.Equal("src/keep", keep.Path);
        Assert.Equal(4, keep.Judge("a.tmp").DecidedBy!.Line);
    }

    [Fact]
    public void Walks_and_paths_agree_on_any_patterns()
    {
        string[] names = ["a", "b", "ab", "*", "**", "*.go", "x.go", "?", "[ab]", "a*", "..", "#"];
        Properties.Check(
            Properties.Dockerfiles,
            text =>
            {
                Random random = new(text.Sum(static c => c));
                string Pick() => string.Join('/', Enumerable.Range(0, random.Next(1, 5)).Select(_ => names[random.Next(names.Length)]));
                IgnoreFile file = File(string.Join('\n', Enumerable.Range(0, random.Next(1, 6)).Select(_ => (random.Next(3) == 0 ? "!" : "") + Pick())));
                string path = string.Join('/', Enumerable.Range(0, random.Next(1, 5)).Select(_ => names[random.Next(3)]));
                IgnoreDirectory directory = path.Split('/').SkipLast(1).Aggregate(file.Matcher.Root, static (d, name) => d.Enter(name));
                IgnoreVerdict verdict = directory.Judge(path.AsSpan(path.LastIndexOf('/') + 1));
                Assert.Equal(verdict, file.Matcher.Judge(path));
                Assert.False(directory.CanSkip && !verdict.IsIgnored);
            });
    }

    [Fact]
    public void Any_text_is_read_without_an_exception() => Properties.Check(
        Properties.Dockerfiles,
        static text =>
        {
            IgnoreFile file = File(text.Replace(' ', '\n'));
            _ = file.Matcher.IsIgnored("a/b.go");
            _ = file.Matcher.CanSkipDirectory("a/b");
        });

    [Fact]
    public void Patterns_are_cleaned_and_keep_their_lines()
    {
        IgnoreFile file = File("# c\n/a/./b/\n\n!c");
        Assert.Equal(["a/b", "!c"], file.Patterns.Select(static p => p.ToString()));
        Assert.Equal([2, 4], file.Patterns.Select(static p => p.Line));
        Assert.True(file.Matcher.HasExceptions);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("[a")]
    [InlineData("[]")]
    [InlineData("[]a]")]
    [InlineData("[-a]")]
    [InlineData("[a-]")]
    [InlineData("[b-a]")]
    [InlineData("a\\")]
    [InlineData("!")]
    [InlineData("!/")]
    public void A_broken_pattern_is_an_error_and_is_left_out(string pattern)
    {
        IgnoreFile file = File($"a\n{pattern}\nb");
        Assert.Equal((DiagnosticCodes.BadIgnorePattern, 2), (Assert.Single(file.Diagnostics).Code, file.Diagnostics[0].Where!.Value.Line));
        Assert.Equal(["a", "b"], file.Patterns.Select(static p => p.Pattern));
    }

    [Fact]
    public void Patterns_can_stand_in_no_file()
    {
        IgnoreMatcher matcher = IgnoreMatcher.Create(["*.md", " ", "!README.md"]);
        Assert.True(matcher.IsIgnored("a.md"));
        Assert.Equal(0, matcher.Judge("README.md").DecidedBy!.Line);
        Assert.Equal("the pattern \"[\" cannot be read: \"[\" is not closed by \"]\"", Assert.Throws<FormatException>(static () => IgnoreMatcher.Create(["["])).Message);
        Assert.False(IgnoreMatcher.None.IsIgnored("a"));
    }

    // As COPY --exclude has it: only an ignore file takes slashes away.
    [Theory]
    [InlineData("/a", false)]
    [InlineData("./a", true)]
    [InlineData("a/", true)]
    [InlineData("b/../a", true)]
    public void A_leading_slash_of_a_pattern_in_no_file_matches_nothing(string pattern, bool isIgnored) =>
        Assert.Equal(isIgnored, IgnoreMatcher.Create([pattern]).IsIgnored("a"));

    [Theory]
    [InlineData("a/b/c", "a", true)]
    [InlineData("a/b/c", "a/b/c/d", true)]
    [InlineData("a/b/c", "x", false)]
    [InlineData("a/b/c", "a/x", false)]
    [InlineData("*/b", "x", true)]
    [InlineData("*/b", "x/y", false)]
    [InlineData("a/**/z", "a/x/y", true)]
    [InlineData("a/**/z", "b", false)]
    [InlineData("**/z", "x/y", true)]
    [InlineData("!a/b", "a", false)]
    public void A_walk_that_looks_for_matches_enters_only_what_can_hold_some(string pattern, string directory, bool expected)
    {
        IgnoreDirectory place = IgnoreMatcher.Create([pattern]).Root;
        foreach (string name in directory.Split('/'))
            place = place.Enter(name);
        Assert.Equal(expected, place.CanHoldMatches);
    }

    [Fact]
    public void The_number_and_the_length_of_patterns_are_limited()
    {
        Assert.Equal(DiagnosticCodes.TooManyIgnorePatterns, Assert.Single(File(string.Concat(Enumerable.Repeat("a\n", IgnoreFile.MaxPatterns + 1))).Diagnostics).Code);
        Assert.Equal(DiagnosticCodes.TooManyIgnorePatterns, Assert.Single(File(new string('a', IgnoreFile.MaxPatternLength + 1)).Diagnostics).Code);
        Assert.Empty(File(new string('*', IgnoreFile.MaxPatternLength)).Diagnostics);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_an_error() => Assert.True(IgnoreFile.Parse(SourceText.FromBytes("x", [0xFF])).HasErrors);

    [Fact]
    public void A_pattern_without_wildcards_is_found_without_trying_the_others()
    {
        string text = string.Concat(Enumerable.Range(0, 2000).Select(static i => $"dir{i}/file\n**/name{i}\n"));
        IgnoreMatcher matcher = File(text).Matcher;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(matcher.IsIgnored("dir1999/file"));
        Assert.True(matcher.IsIgnored("x/name1234"));
        Assert.False(matcher.IsIgnored("x/name2000"));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 20_000);
    }

    [Theory]
    [InlineData("*a*a*a*a*a*a*a*a*a*a*a*a*a*b")]
    [InlineData("**/a/**/a/**/a/**/a/**/a/**/b")]
    [InlineData("?????????????????????????????b")]
    [InlineData("*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*b")]
    public void Patterns_do_not_explode(string pattern)
    {
        IgnoreMatcher matcher = IgnoreMatcher.Create([pattern]);
        Assert.False(matcher.IsIgnored(string.Concat(Enumerable.Repeat("a", 4000))));
        Assert.False(matcher.IsIgnored(string.Join('/', Enumerable.Repeat("a", 200))));
    }
}
