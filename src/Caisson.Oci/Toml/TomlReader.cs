using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Caisson.Oci.Toml;

/// <summary>Reads configuration files: tables, lists of tables, and in them strings, numbers, truths and lists of these.</summary>
/// <remarks>
/// A part of TOML 1.0. Dates, fractions, multi-line strings, inline tables and dotted keys are refused by name: the files that we read have none of them, and
/// what is not read must not be taken for something else.
/// </remarks>
public sealed class TomlReader
{
    private const int MaxTextLength = 1 << 20;
    private const int MaxDepth = 8;
    private readonly string _text;
    private int _position;

    private TomlReader(string text) => _text = text;

    private char Current => _position < _text.Length ? _text[_position] : '\0';

    /// <summary>The tables in their order; the lines before the first header are one without a name.</summary>
    /// <exception cref="TomlException">The text is not of this kind.</exception>
    public static ImmutableArray<TomlTable> Read(string text) =>
        text.Length <= MaxTextLength ? new TomlReader(text).ReadTables() : throw new TomlException("the file is larger than a mebibyte", 1, 1);

    private ImmutableArray<TomlTable> ReadTables()
    {
        ImmutableArray<TomlTable>.Builder tables = ImmutableArray.CreateBuilder<TomlTable>();
        HashSet<string> names = new(StringComparer.Ordinal);
        TomlTable table = new("", false, 1, ImmutableDictionary.Create<string, TomlValue>(StringComparer.Ordinal));
        while (SkipToToken())
        {
            int start = _position;
            if (Current == '[')
            {
                tables.Add(table);
                table = ReadHeader();
                if (!table.IsElement && !names.Add(table.Name))
                    throw Wrong($"the table [{table.Name}] is there twice", start);
                continue;
            }
            (string key, TomlValue value) = ReadPair();
            if (table.Values.ContainsKey(key))
                throw Wrong($"\"{key}\" is set twice", start);
            table = table with { Values = table.Values.Add(key, value) };
        }
        tables.Add(table);
        return tables.ToImmutable();
    }

    private TomlTable ReadHeader()
    {
        int start = _position++;
        bool isElement = Current == '[';
        if (isElement)
            _position++;
        StringBuilder name = new();
        do
        {
            SkipBlanks();
            name.Append(name.Length > 0 ? "." : "").Append(ReadKey());
            SkipBlanks();
        }
        while (Take('.'));
        if (!Take(']') || (isElement && !Take(']')))
            throw Wrong("a header in brackets is not closed");
        EndLine();
        return new TomlTable(name.ToString(), isElement, LineOf(start), ImmutableDictionary.Create<string, TomlValue>(StringComparer.Ordinal));
    }

    private (string Key, TomlValue Value) ReadPair()
    {
        string key = ReadKey();
        SkipBlanks();
        if (Current == '.')
            throw Wrong("keys with dots are not read; write a header [table] above");
        if (!Take('='))
            throw Wrong($"\"=\" is missing after \"{key}\"");
        SkipBlanks();
        TomlValue value = ReadValue(0);
        EndLine();
        return (key, value);
    }

    private string ReadKey()
    {
        if (Current is '"' or '\'')
            return ReadString();
        int start = _position;
        while (char.IsAsciiLetterOrDigit(Current) || Current is '-' or '_')
            _position++;
        return _position > start ? _text[start.._position] : throw Wrong("a name is missing");
    }

    private TomlValue ReadValue(int depth)
    {
        int start = _position;
        (int line, int column) = Place(start);
        if (Current is '"' or '\'')
            return new TomlValue.Text(ReadString(), line, column);
        if (Current == '[')
            return new TomlValue.List(depth < MaxDepth ? ReadList(depth) : throw Wrong("lists are nested too deep"), line, column);
        if (Current == '{')
            throw Wrong("tables in braces are not read; write a header [table] or [[table]]");
        while (_position < _text.Length && Current is not (' ' or '\t' or '\r' or '\n' or ',' or ']' or '#'))
            _position++;
        string word = _text[start.._position];
        if (word is "true" or "false")
            return new TomlValue.Truth(word == "true", line, column);
        if (long.TryParse(word.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            return new TomlValue.Number(number, line, column);
        throw Wrong(word.Length == 0 ? "a value is missing" : $"\"{Shown(word)}\" is no value; write a string in quotes, true, false or a list", start);
    }

    private ImmutableArray<TomlValue> ReadList(int depth)
    {
        ImmutableArray<TomlValue>.Builder values = ImmutableArray.CreateBuilder<TomlValue>();
        _position++;
        while (true)
        {
            if (!SkipToToken())
                throw Wrong("a list is not closed");
            if (Take(']'))
                return values.ToImmutable();
            values.Add(ReadValue(depth + 1));
            if (SkipToToken() && !Take(',') && Current != ']')
                throw Wrong("\",\" or \"]\" is missing in a list");
        }
    }

    private string ReadString()
    {
        char quote = Current;
        int start = _position;
        if (_position + 2 < _text.Length && _text[_position + 1] == quote && _text[_position + 2] == quote)
            throw Wrong("strings over several lines are not read");
        StringBuilder value = new();
        while (true)
        {
            _position++;
            if (Current is '\0' or '\n')
                throw Wrong("a quote is not closed", start);
            if (Current == quote)
                break;
            value.Append(Current == '\\' && quote == '"' ? ReadEscape() : Current);
        }
        _position++;
        return value.ToString();
    }

    private char ReadEscape()
    {
        _position++;
        return Current switch
        {
            '"' => '"',
            '\\' => '\\',
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            _ => throw Wrong("after a backslash stands one of \" \\ t n r; strings in single quotes take backslashes as they are"),
        };
    }

    private bool Take(char c)
    {
        if (Current != c)
            return false;
        _position++;
        return true;
    }

    private void SkipBlanks()
    {
        while (Current is ' ' or '\t')
            _position++;
    }

    // Over white space, line ends and comments; false at the end.
    private bool SkipToToken()
    {
        while (_position < _text.Length)
        {
            if (Current == '#')
                SkipComment();
            else if (Current is ' ' or '\t' or '\r' or '\n')
                _position++;
            else
                return true;
        }
        return false;
    }

    private void SkipComment()
    {
        while (_position < _text.Length && Current != '\n')
            _position++;
    }

    private void EndLine()
    {
        SkipBlanks();
        if (Current == '#')
            SkipComment();
        if (_position < _text.Length && Current is not ('\n' or '\r'))
            throw Wrong($"nothing may follow here but a comment; there is \"{Shown(_text[_position..])}\"");
    }

    private int LineOf(int position) => Place(position).Line;

    private (int Line, int Column) Place(int position)
    {
        int line = 1 + _text.AsSpan(0, Math.Min(position, _text.Length)).Count('\n');
        int begin = position == 0 ? 0 : _text.LastIndexOf('\n', position - 1) + 1;
        return (line, position - begin + 1);
    }

    private TomlException Wrong(string message, int? position = null)
    {
        (int line, int column) = Place(position ?? _position);
        return new TomlException(message, line, column);
    }

    private static string Shown(string text)
    {
        int end = text.IndexOfAny(['\r', '\n']);
        string first = end < 0 ? text : text[..end];
        return first.Length > 40 ? first[..40] + "…" : first;
    }
}
