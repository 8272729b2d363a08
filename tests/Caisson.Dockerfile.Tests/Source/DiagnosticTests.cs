using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Tests.Source;

public sealed class DiagnosticTests
{
    private static string Render(string text, int start, int length, string? hint = null) =>
        new Diagnostic("CSN9999", Severity.Error, "wrong", new SourceText("Dockerfile", text).SpanOf(start, length), hint).ToString();

    [Fact]
    public void Place_message_excerpt_and_hint_are_lines_of_their_own()
    {
        string expected = """
            Dockerfile:2:13: error CSN9999: wrong
                2 | COPY --from=bilder /out /app
                  |             ^^^^^^
              hint: do better
            """;
        Assert.Equal(expected, Render("FROM a\nCOPY --from=bilder /out /app", 19, 6, "do better"));
    }

    [Fact]
    public void Without_a_place_there_is_no_excerpt() =>
        Assert.Equal("warning CSN9999: odd", new Diagnostic("CSN9999", Severity.Warning, "odd").ToString());

    [Fact]
    public void An_empty_place_is_marked_by_one_caret() => Assert.EndsWith("\n    1 | ab\n      |  ^", Render("ab", 1, 0), StringComparison.Ordinal);

    [Fact]
    public void The_end_of_the_text_can_be_marked() => Assert.EndsWith("\n    1 | ab\n      |   ^", Render("ab", 2, 0), StringComparison.Ordinal);

    [Fact]
    public void A_place_of_several_lines_is_marked_on_the_first() =>
        Assert.EndsWith("\n    1 | RUN a \\\n      |     ^^^", Render("RUN a \\\n    b", 4, 9), StringComparison.Ordinal);

    [Fact]
    public void Tabs_stay_tabs_so_that_the_mark_stays_below_its_word() =>
        Assert.EndsWith("\n    1 | \tx\ty\n      | \t \t^", Render("\tx\ty", 3, 1), StringComparison.Ordinal);

    [Fact]
    public void Control_characters_do_not_reach_the_terminal() =>
        Assert.Contains("| RUN \uFFFD[31m\uFFFD", Render("RUN \u001b[31m\u202E", 0, 3), StringComparison.Ordinal);

    [Fact]
    public void Control_characters_of_a_message_and_its_hint_do_not_either() =>
        Assert.Equal("error CSN9999: a\uFFFD[31m\nb\n  hint: c\uFFFDd", new Diagnostic("CSN9999", Severity.Error, "a\u001b[31m\nb", Where: null, "c\rd").ToString());

    [Fact]
    public void Characters_beyond_the_basic_plane_take_one_caret() =>
        Assert.EndsWith("\n    1 | 😀ab\n      |  ^", Render("😀ab", 2, 1), StringComparison.Ordinal);

    [Fact]
    public void A_long_line_is_cut_around_the_place()
    {
        string[] lines = Render(new string('a', 500) + "X" + new string('b', 500), 500, 1).Split('\n');
        Assert.Equal("    1 | …" + new string('a', 40) + "X" + new string('b', 119) + "…", lines[1]);
        Assert.Equal("      | " + new string(' ', 41) + "^", lines[2]);
    }

    [Fact]
    public void A_carriage_return_before_the_line_feed_is_not_shown() =>
        Assert.EndsWith("| ab\n      | ^^", Render("ab\r\ncd", 0, 2), StringComparison.Ordinal);

    [Fact]
    public void Line_numbers_of_six_digits_keep_the_mark_in_place()
    {
        string[] lines = Render(new string('\n', 123_455) + "ab", 123_456, 1).Split('\n');
        Assert.Equal(["123456 | ab", "       |  ^"], lines[1..]);
    }
}
