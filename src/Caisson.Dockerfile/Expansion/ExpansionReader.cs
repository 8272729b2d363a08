using System.Collections.Immutable;
using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Expansion;

/// <summary>Reads a word from left to right and writes what it expands to. Every reading method returns null once reading failed.</summary>
internal sealed class ExpansionReader(Expander expander, Word word, VariableSet variables)
{
    private readonly string _text = word.Text;
    private ImmutableArray<VariableUse>.Builder? _uses;
    private bool _keepsEscapes = expander.Style.HasFlag(ExpansionStyle.KeepEscapes);
    private Diagnostic? _problem;
    private long _cost;
    private int _depth;
    private int _at;

    public ImmutableArray<SplitWord> SplitWords { get; private set; } = [];

    private bool KeepsUnset => expander.Style.HasFlag(ExpansionStyle.KeepUnset);

    private bool KeepsQuotes => expander.Style.HasFlag(ExpansionStyle.KeepQuotes);

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private bool IsAtEnd => _at >= _text.Length;

    /// <summary>Reads the word.</summary>
    /// <param name="splits">Whether the words are wanted that it falls into.</param>
    public ExpandedWord Read(bool splits = true)
    {
        WordSplitter? splitter = splits ? new() : null;
        string? result = ReadUntil(null, _keepsEscapes, 0, splitter);
        SplitWords = result is null || splitter is null ? [] : splitter.ToImmutable();
        return new ExpandedWord
        {
            Text = result ?? "",
            Words = SplitWords.IsEmpty ? [] : [.. SplitWords.Select(static w => w.Text)],
            Uses = _uses?.DrainToImmutable() ?? [],
            Problem = _problem,
            Cost = _cost,
        };
    }

    private string? ReadUntil(char? stop, bool keepsEscapes, int opened, WordSplitter? splitter = null)
    {
        if (++_depth > Expander.MaxDepth)
            return Fail(DiagnosticCodes.ExpansionTooLarge, opened, $"substitutions nest deeper than {Expander.MaxDepth}");
        bool outer = _keepsEscapes;
        _keepsEscapes = keepsEscapes;
        StringBuilder result = new();
        while (!IsAtEnd && Current != stop)
        {
            if (!ReadPart(result, splitter))
                return null;
        }
        _keepsEscapes = outer;
        _depth--;
        if (stop is { } missing && IsAtEnd)
            return Fail(DiagnosticCodes.BadSubstitution, opened, $"\"${{\" lacks its \"{missing}\"");
        _at += stop is null ? 0 : 1;
        return result.ToString();
    }

    private bool ReadPart(StringBuilder result, WordSplitter? splitter)
    {
        int start = _at;
        char first = Current;
        bool quotes = first is '\'' or '"' && !expander.Style.HasFlag(ExpansionStyle.IgnoreQuotes);
        bool splits = !quotes && first != '<' && first != expander.Escape;
        string? part = first switch
        {
            '$' => ReadDollar(),
            '<' => ReadHeredocMarker(),
            '\'' when quotes => ReadSingleQuoted(),
            '"' when quotes => ReadDoubleQuoted(),
            _ when first == expander.Escape => ReadEscaped(),
            _ => ReadPlain(),
        };
        if (part is null || !Spend(part.Length, start) || !Fits(result.Length + part.Length, start))
            return false;
        if (splits)
            splitter?.Add(part, start, _at);
        else if (part.Length > 0)
            splitter?.AddQuoted(part, start, _at);
        result.Append(part);
        return true;
    }

    // A run of characters without a meaning, or of white space, is taken at once.
    private string ReadPlain()
    {
        int start = _at;
        bool isBlank = char.IsWhiteSpace(Current);
        do
            _at++;
        while (!IsAtEnd && char.IsWhiteSpace(Current) == isBlank && !HasMeaning(Current));
        return _text[start.._at];
    }

    private bool HasMeaning(char c) => c is '$' or '<' or '\'' or '"' or '}' or '/' || c == expander.Escape;

    private string ReadEscaped()
    {
        _at++;
        if (IsAtEnd)
            return _keepsEscapes ? expander.Escape.ToString() : "";
        int length = char.IsHighSurrogate(Current) && _at + 1 < _text.Length ? 2 : 1;
        string escaped = _text.Substring(_at, length);
        _at += length;
        return _keepsEscapes ? expander.Escape + escaped : escaped;
    }

    // Blanks after "<<" belong to the word that follows them.
    private string ReadHeredocMarker()
    {
        int start = _at++;
        if (Current != '<')
            return "<";
        do
            _at++;
        while (Current is ' ' or '\t' or '\r');
        return _text[start.._at];
    }

    private string? ReadSingleQuoted()
    {
        int start = _at;
        int end = _text.IndexOf('\'', start + 1);
        if (end < 0)
            return Fail(DiagnosticCodes.UnterminatedQuote, start, "this single quote is not closed");
        _at = end + 1;
        return KeepsQuotes ? _text[start..(end + 1)] : _text[(start + 1)..end];
    }

    private string? ReadDoubleQuoted()
    {
        int start = _at++;
        StringBuilder result = new(KeepsQuotes ? "\"" : "");
        while (!IsAtEnd && Current != '"')
        {
            string? part = Current == '$' ? ReadDollar() : Current == expander.Escape ? ReadEscapedInQuotes() : ReadPlainInQuotes();
            if (part is null || !Spend(part.Length, start))
                return null;
            result.Append(part);
        }
        if (IsAtEnd)
            return Fail(DiagnosticCodes.UnterminatedQuote, start, "this double quote is not closed");
        _at++;
        return result.Append(KeepsQuotes ? "\"" : "").ToString();
    }

    private string ReadPlainInQuotes()
    {
        int start = _at;
        do
            _at++;
        while (!IsAtEnd && Current is not ('$' or '"') && Current != expander.Escape);
        return _text[start.._at];
    }

    // Within double quotes only these can be escaped; before others the escape is a character like any.
    private string ReadEscapedInQuotes()
    {
        char escape = _text[_at++];
        string kept = _keepsEscapes ? escape.ToString() : "";
        if (IsAtEnd)
            return kept;
        if (Current is not ('"' or '$') && Current != escape)
            return kept + escape;
        return kept + _text[_at++];
    }

    private string? ReadDollar()
    {
        int start = _at++;
        if (Current == '{')
            return ReadBraces(start);
        string name = ReadName();
        if (name.Length == 0)
            return "$";
        return LookUp(name, "", start) ?? (KeepsUnset ? "$" + name : "");
    }

    private string? ReadBraces(int start)
    {
        _at++;
        if (IsAtEnd)
            return Fail(DiagnosticCodes.BadSubstitution, start, "\"${\" lacks its \"}\"");
        if (Current is '{' or '}' or ':')
            return Fail(DiagnosticCodes.BadSubstitution, start, "a variable's name is missing after \"${\"");
        string name = ReadName();
        switch (IsAtEnd ? '\0' : _text[_at++])
        {
            case '}':
                return LookUp(name, "", start) ?? (KeepsUnset ? $"${{{name}}}" : "");
            case '/':
                return ReadReplacement(name, start);
            case ':' when IsAtEnd:
            case '\0' when IsAtEnd:
                return Fail(DiagnosticCodes.BadSubstitution, start, "\"${\" lacks its \"}\"");
            case ':':
                return ReadModifier(name, ":" + _text[_at++], start);
            case var modifier:
                return ReadModifier(name, modifier.ToString(), start);
        }
    }

    private string? ReadModifier(string name, string modifier, int start)
    {
        bool isKnown = modifier is "-" or "+" or "?" or ":-" or ":+" or ":?" or "#" or "%";
        if (!isKnown && !(KeepsUnset && modifier[0] == ':' && modifier is not (":#" or ":%")))
            return FailModifier(modifier, start);
        string? argument = ReadUntil('}', keepsEscapes: modifier is "#" or "%", start);
        if (argument is null)
            return null;
        string? value = LookUp(name, modifier, start);
        if (value is null && KeepsUnset)
            return $"${{{name}{modifier}{argument}}}";
        bool isMissing = value is null || (modifier[0] == ':' && value.Length == 0);
        return modifier[^1] switch
        {
            '-' => isMissing ? argument : value,
            '+' => isMissing ? "" : argument,
            '?' => isMissing ? FailMissing(name, value, argument, start) : value,
            '#' or '%' => Trim(value ?? "", modifier[0], argument, start),
            _ => FailModifier(modifier, start),
        };
    }

    private string? Trim(string value, char modifier, string argument, int start)
    {
        bool longest = argument.StartsWith(modifier);
        string text = longest ? argument[1..] : argument;
        if (!ShellPattern.TryParse(text, expander.MaxCost - _cost, out ShellPattern? pattern))
            return FailPattern(text, start);
        string trimmed = modifier == '#' ? pattern.TrimStart(value, longest) : pattern.TrimEnd(value, longest);
        return Spend(pattern.Steps, start) ? trimmed : null;
    }

    private string? ReadReplacement(string name, int start)
    {
        bool all = Current == '/';
        _at += all ? 1 : 0;
        string? text = ReadUntil('/', keepsEscapes: true, start);
        string? replacement = text is null ? null : ReadUntil('}', keepsEscapes: true, start);
        if (text is null || replacement is null)
            return null;
        string? value = LookUp(name, all ? "//" : "/", start);
        if (value is null && KeepsUnset)
            return $"${{{name}/{text}/{replacement}}}";
        if (!ShellPattern.TryParse(text, expander.MaxCost - _cost, out ShellPattern? pattern))
            return FailPattern(text, start);
        string replaced = pattern.Replace(value ?? "", replacement, all);
        return Spend(pattern.Steps + replaced.Length, start) ? replaced : null;
    }

    private string ReadName()
    {
        int start = _at;
        if (Current is '@' or '*' or '#' or '?' or '-' or '$' or '!')
            _at++;
        else if (Rune.IsDigit(PeekRune()))
            SkipWhile(Rune.IsDigit);
        else
            SkipWhile(static r => Rune.IsLetterOrDigit(r) || r.Value == '_');
        return _text[start.._at];
    }

    private void SkipWhile(Func<Rune, bool> belongs)
    {
        while (!IsAtEnd && PeekRune() is var rune && belongs(rune))
            _at += rune.Utf16SequenceLength;
    }

    private Rune PeekRune() => Rune.TryGetRuneAt(_text, Math.Min(_at, _text.Length - 1), out Rune rune) && !IsAtEnd ? rune : default;

    private string? LookUp(string name, string modifier, int start)
    {
        bool isSet = variables.TryGet(name, out string? value);
        (_uses ??= ImmutableArray.CreateBuilder<VariableUse>(1)).Add(new VariableUse(name, isSet, modifier, word.SpanOf(start, Math.Min(_at, _text.Length) - start)));
        return value;
    }

    private bool Spend(long cost, int start)
    {
        _cost += cost + 1;
        if (_cost <= expander.MaxCost)
            return true;
        Fail(DiagnosticCodes.ExpansionTooLarge, start, "expanding this takes too much work");
        return false;
    }

    private bool Fits(int length, int start)
    {
        if (length <= expander.MaxLength)
            return true;
        Fail(DiagnosticCodes.ExpansionTooLarge, start, $"the expanded text is longer than {expander.MaxLength} characters");
        return false;
    }

    private string? FailModifier(string modifier, int start) =>
        Fail(
            DiagnosticCodes.UnsupportedModifier, start, $"there is no operator {Quoted.Of(modifier)} in \"${{…}}\"",
            "operators are :- - :+ + :? ? # ## % %% / //");

    private string? FailMissing(string name, string? value, string message, int start)
    {
        string reason = message.Length > 0 ? message : value is null ? "is not allowed to be unset" : "is not allowed to be empty";
        return Fail(
            DiagnosticCodes.RequiredVariable, start, $"{name}: {Quoted.Plain(reason)}",
            $"give a value with --build-arg {name}=…, or set {name} before this line");
    }

    private string? FailPattern(string text, int start) =>
        Fail(
            DiagnosticCodes.BadPattern, start, $"the pattern {Quoted.Of(text)} has an escape that does not exist",
            "only \\* \\? and \\\\ are escapes in a pattern");

    private string? Fail(string code, int start, string message, string? hint = null)
    {
        start = Math.Min(start, Math.Max(0, _text.Length - 1));
        int end = Math.Max(start, Math.Min(_at, _text.Length));
        _problem ??= new Diagnostic(code, Severity.Error, message, word.SpanOf(start, end - start), hint);
        return null;
    }
}
