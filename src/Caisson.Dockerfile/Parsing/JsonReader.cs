using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads a JSON array whose strings keep their places in the file.</summary>
internal sealed class JsonReader(Word text)
{
    private const int MaxDepth = 64;

    // What ends a string, or has to be looked at in one.
    private static readonly SearchValues<char> Special = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(static c => (char)c), '"', '\\']);

    private readonly ImmutableArray<Word>.Builder _elements = ImmutableArray.CreateBuilder<Word>();
    private JsonFault? _fault;
    private JsonFault? _other;
    private int _at;

    private char Current => _at < text.Length ? text.Text[_at] : '\0';

    public JsonArray ReadArray()
    {
        while (char.IsWhiteSpace(Current))
            _at++;
        bool isRead = ReadItems('[', ']', depth: 0);
        SkipBlanks();
        if (isRead && _at < text.Length)
            Fail("text follows the closing bracket", text.Length - _at);
        if (_fault is not null)
            return new JsonArray(JsonOutcome.Broken, [], _fault);
        return _other is not null
            ? new JsonArray(JsonOutcome.NotStrings, [], _other)
            : new JsonArray(JsonOutcome.Strings, _elements.ToImmutable(), null);
    }

    /// <summary>Reads an array or an object; the cursor stands on its opening.</summary>
    private bool ReadItems(char opening, char closing, int depth)
    {
        if (depth > MaxDepth)
            return Fail("arrays nest too deeply");
        _at++;
        SkipBlanks();
        if (Current == closing)
            return Take();
        while (true)
        {
            if (!ReadItem(opening, depth))
                return false;
            SkipBlanks();
            if (Current == closing)
                return Take();
            if (Current != ',')
                return Fail(_at < text.Length ? "a comma or the closing bracket is missing here" : "the closing bracket is missing", 1);
            _at++;
            SkipBlanks();
            if (Current == closing)
                return Fail("nothing may stand between the last comma and the closing bracket");
        }
    }

    private bool ReadItem(char opening, int depth)
    {
        if (opening == '{' && !ReadKey())
            return false;
        int start = _at;
        bool isElement = depth == 0 && Current == '"';
        bool isRead = isElement ? ReadElement() : ReadValue(depth);
        if (isRead && depth == 0 && !isElement)
            _other ??= new JsonFault(text.SpanOf(start, _at - start), "this element is no string");
        return isRead;
    }

    private bool ReadKey()
    {
        if (Current != '"' || !ReadString(null))
            return Fail("a name in double quotes is missing here");
        SkipBlanks();
        if (Current != ':')
            return Fail("a colon is missing here");
        _at++;
        SkipBlanks();
        return true;
    }

    private bool ReadValue(int depth) => Current switch
    {
        '[' => ReadItems('[', ']', depth + 1),
        '{' => ReadItems('{', '}', depth + 1),
        '"' => ReadString(null),
        '-' or (>= '0' and <= '9') => ReadNumber(),
        '\'' => Fail("JSON strings stand in double quotes, not in single ones"),
        '\u201C' or '\u201D' or '\u2018' or '\u2019' => Fail("JSON strings stand in plain double quotes, not in typographic ones"),
        _ => ReadLiteral("true") || ReadLiteral("false") || ReadLiteral("null") || Fail("a string in double quotes is missing here"),
    };

    private bool ReadElement()
    {
        // Most strings have no escapes and can be cut out as they stand.
        int length = text.Characters[(_at + 1)..].IndexOfAny(Special);
        if (length > 0 && text.Characters[_at + 1 + length] == '"')
        {
            _elements.Add(text.Slice(_at + 1, length));
            _at += length + 2;
            return true;
        }
        WordBuilder word = new(text.Source, text.PlaceOf(_at + 1));
        if (!ReadString(word))
            return false;
        _elements.Add(word.ToWord(text.PlaceOf(_at - 1)));
        return true;
    }

    private bool ReadString(WordBuilder? word)
    {
        int opening = _at++;
        while (_at < text.Length && Current != '"')
        {
            if (Current < ' ')
                return Fail("a control character stands in a string; write it as an escape");
            if (Current == '\\')
            {
                if (!ReadEscape(word))
                    return false;
                continue;
            }
            word?.Append(text, _at++, 1);
            _at += word is null ? 1 : 0;
        }
        if (_at < text.Length)
            return Take();
        _at = opening;
        return Fail("this string is not closed", text.Length - opening);
    }

    private bool ReadEscape(WordBuilder? word)
    {
        int start = _at++;
        char c = Current;
        int index = "\"\\/bfnrt".IndexOf(c, StringComparison.Ordinal);
        if (c == 'u' && TryReadUnicode(out string unicode))
        {
            word?.Append(unicode, text.OriginOf(start));
            return true;
        }
        if (index < 0 || _at == text.Length)
        {
            _at = start;
            return Fail("JSON has no such escape; a backslash is written as \\\\", 2);
        }
        word?.Append("\"\\/\b\f\n\r\t"[index], text.OriginOf(start));
        return Take();
    }

    private bool TryReadUnicode(out string unicode)
    {
        unicode = "";
        if (!TryReadHex(_at + 1, out char first))
            return false;
        _at += 5;
        unicode = char.IsSurrogate(first) ? "\uFFFD" : first.ToString();
        bool isPair = char.IsHighSurrogate(first) && Current == '\\' && _at + 1 < text.Length && text.Text[_at + 1] == 'u';
        if (isPair && TryReadHex(_at + 2, out char second) && char.IsLowSurrogate(second))
        {
            unicode = new Rune(first, second).ToString();
            _at += 6;
        }
        return true;
    }

    private bool TryReadHex(int at, out char value)
    {
        value = '\0';
        ReadOnlySpan<char> digits = at + 4 > text.Length ? [] : text.Text.AsSpan(at, 4);
        if (!ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
            return false;
        value = (char)code;
        return true;
    }

    private bool ReadNumber()
    {
        int start = _at;
        _at += Current == '-' ? 1 : 0;
        bool isNumber = Current == '0' ? Take() : SkipDigits();
        if (isNumber && Current == '.')
        {
            _at++;
            isNumber = SkipDigits();
        }
        if (isNumber && Current is 'e' or 'E')
        {
            _at++;
            _at += Current is '+' or '-' ? 1 : 0;
            isNumber = SkipDigits();
        }
        if (!isNumber)
            _at = start;
        return isNumber || Fail("this is no number");
    }

    private bool SkipDigits()
    {
        int start = _at;
        while (char.IsAsciiDigit(Current))
            _at++;
        return _at > start;
    }

    private bool ReadLiteral(string literal)
    {
        if (!text.Text.AsSpan(_at).StartsWith(literal))
            return false;
        _at += literal.Length;
        return true;
    }

    private void SkipBlanks()
    {
        while (Current is ' ' or '\t' or '\r' or '\n')
            _at++;
    }

    private bool Take()
    {
        _at++;
        return true;
    }

    private bool Fail(string reason, int length = 1)
    {
        int start = Math.Min(_at, text.Length - 1);
        _fault ??= new JsonFault(text.SpanOf(start, Math.Min(length, text.Length - start)), reason);
        return false;
    }
}
