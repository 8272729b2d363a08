using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Expansion;

public sealed class ExpansionTests
{
    private static readonly VariableSet Variables = VariableSet.FromEnvironment(
        ["HOME=/home/me", "SHELL=bash", "EMPTY=", "FILE=archive.tar.gz", "URL=http://x.de/a/b", "SPACED=a  b", "STAR=a*b?c", "LINES=one\ntwo", "ÜBER=ja", "_1=u"]);

    private static ExpandedWord Expand(string text, char escape = '\\', ExpansionStyle style = ExpansionStyle.Plain) =>
        new Expander(escape, style).Expand(Word.FromSource(Texts.Source(text).Span), Variables);

    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("$HOME", "/home/me")]
    [InlineData("${HOME}", "/home/me")]
    [InlineData("a${HOME}b", "a/home/meb")]
    [InlineData("$HOME/x", "/home/me/x")]
    [InlineData("$HOMER", "")]
    [InlineData("$home", "")]
    [InlineData("$ÜBER", "ja")]
    [InlineData("$_1", "u")]
    [InlineData("$EMPTY.", ".")]
    [InlineData("$", "$")]
    [InlineData("$.", "$.")]
    [InlineData("$1x", "x")]
    [InlineData("$123x", "x")]
    [InlineData("${1}", "")]
    [InlineData("${1:-d}", "d")]
    [InlineData("$$", "")]
    [InlineData("$@a", "a")]
    [InlineData("${@:-d}", "d")]
    [InlineData("${#}", "")]
    [InlineData("$001a", "a")]
    public void A_name_becomes_its_value(string text, string expected) => Assert.Equal(expected, Expand(text).Text);

    [Theory]
    [InlineData("'a b'", "a b")]
    [InlineData("'$HOME'", "$HOME")]
    [InlineData("'\\a'", "\\a")]
    [InlineData("'a'b'c'", "abc")]
    [InlineData("\"a b\"", "a b")]
    [InlineData("\"$HOME\"", "/home/me")]
    [InlineData("\"it's\"", "it's")]
    [InlineData("\"'$HOME'\"", "'/home/me'")]
    [InlineData("'\"a\"'", "\"a\"")]
    [InlineData("\"a\\\"b\"", "a\"b")]
    [InlineData("\"\\$HOME\"", "$HOME")]
    [InlineData("\"a\\\\b\"", "a\\b")]
    [InlineData("\"a\\tb\"", "a\\tb")]
    [InlineData("a\\tb", "atb")]
    [InlineData("a\\ b", "a b")]
    [InlineData("\\$HOME", "$HOME")]
    [InlineData("\\${HOME}", "${HOME}")]
    [InlineData("\\\\$HOME", "\\/home/me")]
    [InlineData("it\\'s", "it's")]
    [InlineData("a\\", "a")]
    [InlineData("a\\\\", "a\\")]
    [InlineData("\"\"", "")]
    public void Quotes_and_escapes_are_resolved(string text, string expected) => Assert.Equal(expected, Expand(text).Text);

    [Theory]
    [InlineData("${HOME:-d}", "/home/me")]
    [InlineData("${EMPTY:-d}", "d")]
    [InlineData("${NONE:-d}", "d")]
    [InlineData("${HOME-d}", "/home/me")]
    [InlineData("${EMPTY-d}", "")]
    [InlineData("${NONE-d}", "d")]
    [InlineData("${HOME:+d}", "d")]
    [InlineData("${EMPTY:+d}", "")]
    [InlineData("${NONE:+d}", "")]
    [InlineData("${HOME+d}", "d")]
    [InlineData("${EMPTY+d}", "d")]
    [InlineData("${NONE+d}", "")]
    [InlineData("${HOME:?m}", "/home/me")]
    [InlineData("${EMPTY?m}", "")]
    [InlineData("${NONE:-$HOME}", "/home/me")]
    [InlineData("${NONE:-${EMPTY:-${SHELL}}}", "bash")]
    [InlineData("${NONE:-a b}", "a b")]
    [InlineData("${NONE:-'a}b'}", "a}b")]
    [InlineData("${NONE:-\"a}b\"}", "a}b")]
    [InlineData("${NONE:-a\\}b}", "a}b")]
    [InlineData("${NONE:-{a}}", "{a}")]
    [InlineData("${HOME:+${HOME}:}x", "/home/me:x")]
    [InlineData("${NONE:-}", "")]
    public void Operators_choose_between_value_and_word(string text, string expected) => Assert.Equal(expected, Expand(text).Text);

    [Theory]
    [InlineData("${FILE#*.}", "tar.gz")]
    [InlineData("${FILE##*.}", "gz")]
    [InlineData("${FILE%.*}", "archive.tar")]
    [InlineData("${FILE%%.*}", "archive")]
    [InlineData("${FILE#arch}", "ive.tar.gz")]
    [InlineData("${FILE#tar}", "archive.tar.gz")]
    [InlineData("${FILE%gz}", "archive.tar.")]
    [InlineData("${FILE#a?c}", "hive.tar.gz")]
    [InlineData("${FILE##*}", "")]
    [InlineData("${FILE#*}", "archive.tar.gz")]
    [InlineData("${FILE%%*}", "")]
    [InlineData("${FILE#}", "archive.tar.gz")]
    [InlineData("${FILE#$SHELL}", "archive.tar.gz")]
    [InlineData("${STAR#a\\*}", "b?c")]
    [InlineData("${STAR%\\?c}", "a*b")]
    [InlineData("${URL##*/}", "b")]
    [InlineData("${URL%/*}", "http://x.de/a")]
    [InlineData("${URL%%/*}", "http:")]
    [InlineData("${LINES##*o}", "ne\ntwo")]
    [InlineData("${NONE#*}", "")]
    [InlineData("${FILE#[a]}", "archive.tar.gz")]
    [InlineData("${FILE%.t*r.gz}", "archive")]
    public void Beginnings_and_ends_are_cut_off(string text, string expected) => Assert.Equal(expected, Expand(text).Text);

    [Theory]
    [InlineData("${FILE/a/A}", "Archive.tar.gz")]
    [InlineData("${FILE//a/A}", "Archive.tAr.gz")]
    [InlineData("${FILE/./}", "archivetar.gz")]
    [InlineData("${FILE//./}", "archivetargz")]
    [InlineData("${FILE/a*r/X}", "X.gz")]
    [InlineData("${FILE//?/x}", "xxxxxxxxxxxxxx")]
    [InlineData("${FILE/zzz/x}", "archive.tar.gz")]
    [InlineData("${URL//\\//_}", "http:__x.de_a_b")]
    [InlineData("${FILE/$SHELL/x}", "archive.tar.gz")]
    [InlineData("${FILE/a/$SHELL}", "bashrchive.tar.gz")]
    [InlineData("${EMPTY/a/b}", "")]
    [InlineData("${EMPTY//*/b}", "b")]
    [InlineData("${SHELL//*/b}", "b")]
    [InlineData("${SHELL///-}", "-b-a-s-h-")]
    [InlineData("${NONE/a/b}", "")]
    public void Matches_are_replaced(string text, string expected) => Assert.Equal(expected, Expand(text).Text);

    [Theory]
    [InlineData("'a", DiagnosticCodes.UnterminatedQuote, 1)]
    [InlineData("a\"b", DiagnosticCodes.UnterminatedQuote, 2)]
    [InlineData("\"a\\\"", DiagnosticCodes.UnterminatedQuote, 1)]
    [InlineData("it's", DiagnosticCodes.UnterminatedQuote, 3)]
    [InlineData("x${HOME", DiagnosticCodes.BadSubstitution, 2)]
    [InlineData("${", DiagnosticCodes.BadSubstitution, 1)]
    [InlineData("${}", DiagnosticCodes.BadSubstitution, 1)]
    [InlineData("${{a}", DiagnosticCodes.BadSubstitution, 1)]
    [InlineData("${:-a}", DiagnosticCodes.BadSubstitution, 1)]
    [InlineData("${a:", DiagnosticCodes.BadSubstitution, 1)]
    [InlineData("${a:-b", DiagnosticCodes.BadSubstitution, 1)]
    [InlineData("${a/b}", DiagnosticCodes.BadSubstitution, 1)]
    [InlineData("${a//b/c", DiagnosticCodes.BadSubstitution, 1)]
    [InlineData("${a:=b}", DiagnosticCodes.UnsupportedModifier, 1)]
    [InlineData("${a:b}", DiagnosticCodes.UnsupportedModifier, 1)]
    [InlineData("${a:#b}", DiagnosticCodes.UnsupportedModifier, 1)]
    [InlineData("${a:%b}", DiagnosticCodes.UnsupportedModifier, 1)]
    [InlineData("${a^^}", DiagnosticCodes.UnsupportedModifier, 1)]
    [InlineData("${.}", DiagnosticCodes.UnsupportedModifier, 1)]
    [InlineData("a${NONE?}", DiagnosticCodes.RequiredVariable, 2)]
    [InlineData("${EMPTY:?no}", DiagnosticCodes.RequiredVariable, 1)]
    [InlineData("${FILE#\\a}", DiagnosticCodes.BadPattern, 1)]
    [InlineData("${FILE/\\x/y}", DiagnosticCodes.BadPattern, 1)]
    public void What_cannot_be_expanded_is_reported_at_its_place(string text, string code, int column)
    {
        ExpandedWord expanded = Expand(text);
        Assert.Equal((code, column, ""), (expanded.Problem!.Code, expanded.Problem.Where!.Value.Column, expanded.Text));
    }

    [Theory]
    [InlineData("${NONE:?say which}", "NONE: say which")]
    [InlineData("${NONE?}", "NONE: is not allowed to be unset")]
    [InlineData("${EMPTY:?}", "EMPTY: is not allowed to be empty")]
    public void A_missing_variable_is_reported_in_the_words_given(string text, string message) => Assert.Equal(message, Expand(text).Problem!.Message);

    [Theory]
    [InlineData("a`$HOME", "a$HOME")]
    [InlineData("a\\$HOME", "a\\/home/me")]
    [InlineData("c:\\dir", "c:\\dir")]
    [InlineData("\"a`\"b\"", "a\"b")]
    [InlineData("a``", "a`")]
    public void The_escape_character_can_be_a_backtick(string text, string expected) => Assert.Equal(expected, Expand(text, '`').Text);

    [Theory]
    [InlineData("'a b' \"$HOME\"", ExpansionStyle.KeepQuotes, "'a b' \"/home/me\"")]
    [InlineData("a\\ b \"c\\\"\"", ExpansionStyle.KeepEscapes, "a\\ b c\\\"")]
    [InlineData("it's \"$HOME\"", ExpansionStyle.IgnoreQuotes, "it's \"/home/me\"")]
    [InlineData("$HOME $NONE ${NONE} ${NONE:-x} ${NONE/a/b} ${NONE:=x}", ExpansionStyle.KeepUnset, "/home/me $NONE ${NONE} ${NONE:-x} ${NONE/a/b} ${NONE:=x}")]
    [InlineData("'$NONE'", ExpansionStyle.KeepQuotes | ExpansionStyle.KeepUnset, "'$NONE'")]
    public void A_style_leaves_things_in_place(string text, ExpansionStyle style, string expected) => Assert.Equal(expected, Expand(text, '\\', style).Text);

    [Theory]
    [InlineData("a b  c", "a|b|c")]
    [InlineData(" a ", "a")]
    [InlineData("'a b' c", "a b|c")]
    [InlineData("a\\ b c", "a b|c")]
    [InlineData("$SPACED", "a|b")]
    [InlineData("\"$SPACED\"", "a  b")]
    [InlineData("x${SPACED}y", "xa|by")]
    [InlineData("8${NONE:-0}80", "8080")]
    [InlineData("$EMPTY a", "a")]
    [InlineData("", "")]
    [InlineData("$LINES", "one|two")]
    [InlineData("<< EOF x", "<< EOF|x")]
    public void Words_split_at_white_space_that_is_not_quoted(string text, string expected) => Assert.Equal(expected, string.Join('|', Expand(text).Words));

    [Fact]
    public void Uses_are_reported_with_their_places_and_operators()
    {
        ExpandedWord expanded = Expand("$HOME ${NONE:-$SHELL} \"${FILE%%.*}\" '$no'");
        Assert.Equal(
            ["HOME True  1", "SHELL True  15", "NONE False :- 7", "FILE True % 24"],
            expanded.Uses.Select(static u => $"{u.Name} {u.IsDefined} {u.Operator} {u.Where.Column}"));
        Assert.Equal("${NONE:-$SHELL}", expanded.Uses[2].Where.Text);
    }

    [Fact]
    public void Places_follow_continuations()
    {
        WorkdirInstruction workdir = Texts.Single<WorkdirInstruction>("WORKDIR /a\\", "/${NONE:?x}");
        ExpandedWord expanded = new Expander('\\').Expand(workdir.Path, Variables);
        Assert.Equal("Dockerfile:2:2", expanded.Problem!.Where.ToString());
    }

    [Fact]
    public void Nesting_is_limited()
    {
        string Nested(int depth) => string.Concat(Enumerable.Repeat("${NONE:-", depth)) + "x" + new string('}', depth);
        Assert.Equal("x", Expand(Nested(Expander.MaxDepth - 1)).Text);
        Assert.Equal(DiagnosticCodes.ExpansionTooLarge, Expand(Nested(Expander.MaxDepth)).Problem!.Code);
    }

    [Fact]
    public void Results_are_limited()
    {
        VariableSet large = VariableSet.Empty.Set("A", new string('a', 1_000_000));
        ExpandedWord expanded = new Expander('\\').Expand(Word.FromSource(Texts.Source(string.Concat(Enumerable.Repeat("$A", 10))).Span), large);
        Assert.Equal(DiagnosticCodes.ExpansionTooLarge, expanded.Problem!.Code);
    }

    [Fact]
    public void Work_that_leaves_no_trace_is_limited_too()
    {
        VariableSet large = VariableSet.Empty.Set("A", new string('a', 100_000));
        ExpandedWord expanded = new Expander('\\').Expand(Word.FromSource(Texts.Source(string.Concat(Enumerable.Repeat("${NONE+$A$A}", 1000))).Span), large);
        Assert.Equal(DiagnosticCodes.ExpansionTooLarge, expanded.Problem!.Code);
        Assert.True(expanded.Cost <= Expander.MostCost + 300_000);
    }

    [Theory]
    [InlineData("${A#*a*a*a*a*a*a*a*a*a*a*a*a*b}")]
    [InlineData("${A%%b*a*a*a*a*a*a*a*a*a*a*a*a*}")]
    [InlineData("${A//*a*a*a*a*a*a*a*a*a*b/x}")]
    [InlineData("${A//?a?a?a?a?a?a?a?b/x}")]
    public void Patterns_do_not_explode(string text)
    {
        VariableSet large = VariableSet.Empty.Set("A", new string('a', 2_000));
        ExpandedWord expanded = new Expander('\\').Expand(Word.FromSource(Texts.Source(text).Span), large);
        Assert.True(expanded.Cost <= Expander.MostCost + 1_000_000);
        Assert.True(expanded.Problem is not null || expanded.Text.Length == 2_000);
    }

    [Fact]
    public void Cutting_takes_pattern_times_value_steps_at_most()
    {
        VariableSet large = VariableSet.Empty.Set("A", new string('a', 10_000));
        ExpandedWord expanded = new Expander('\\').Expand(Word.FromSource(Texts.Source("${A#*a*a*a*a*a*b}").Span), large);
        Assert.InRange(expanded.Cost, 1, 10_000 * 13 * 2);
    }

    [Fact]
    public void Any_word_is_expanded_without_an_exception() => Properties.Check(
        Properties.Dockerfiles,
        static text =>
        {
            foreach (ExpansionStyle style in (ExpansionStyle[])[ExpansionStyle.Plain, ExpansionStyle.IgnoreQuotes, (ExpansionStyle)15])
                Assert.NotNull(Expand(text, text.Length % 2 == 0 ? '\\' : '`', style));
        },
        5000);

    [Fact]
    public void Text_without_signs_stays_as_it_is() => Properties.Check(
        Properties.Dockerfiles,
        static text => text.AsSpan().ContainsAny("$'\"\\") || Expand(text).Text == text,
        5000);
}
