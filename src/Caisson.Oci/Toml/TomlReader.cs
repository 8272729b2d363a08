using System.Collections.Immutable;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Caisson.Oci.Toml;

/// <summary>Reads configuration files as tables, lists of tables, and the values in them.</summary>
/// <remarks>
/// TOML 1.1. However a table is written, with a header, with dots in a key or in braces, it is one of the tables that come out; those below another one come after it.
/// </remarks>
public sealed class TomlReader
{
    private const int MaxTextLength = 1 << 20;
    private readonly ImmutableArray<TomlTable>.Builder _tables = ImmutableArray.CreateBuilder<TomlTable>();

    private TomlReader()
    {
    }

    /// <summary>The tables in their order; the lines before the first header are one without a name.</summary>
    /// <exception cref="TomlException">The text is no TOML, or too much of it.</exception>
    public static ImmutableArray<TomlTable> Read(string text)
    {
        if (text.Length > MaxTextLength)
            throw new TomlException("the file is larger than a mebibyte", 1, 1);
        DocumentSyntax document = Parse(text);
        TomlReader reader = new();
        reader.Add("", false, 1, document.KeyValues);
        foreach (TableSyntaxBase table in document.Tables)
            reader.Add(string.Join('.', PartsOf(table.Name)), table is TableArraySyntax, PlaceOf(table).Line, table.Items);
        return reader._tables.ToImmutable();
    }

    private static DocumentSyntax Parse(string text)
    {
        DocumentSyntax document;
        try
        {
            document = SyntaxParser.Parse(text);
        }
        catch (Tomlyn.TomlException)
        {
            throw new TomlException("values are nested too deep", 1, 1);
        }
        catch (ArgumentOutOfRangeException)
        {
            // Tomlyn 2.10.2: the text ends behind a backslash.
            throw new TomlException("this is no TOML: a quote is not closed", text.AsSpan().Count('\n') + 1, text.Length - text.LastIndexOf('\n'));
        }
        if (document.Diagnostics.FirstOrDefault() is { } wrong)
            throw new TomlException($"this is no TOML: {wrong.Message}", wrong.Span.Start.Line + 1, wrong.Span.Start.Column + 1);
        return document;
    }

    // The table, and those that its lines make below it.
    private void Add(string name, bool isElement, int line, IEnumerable<KeyValueSyntax> pairs)
    {
        Dictionary<string, int> own = new(StringComparer.Ordinal) { [name] = _tables.Count };
        _tables.Add(new TomlTable(name, isElement, line, ImmutableDictionary.Create<string, TomlValue>(StringComparer.Ordinal)));
        foreach (KeyValueSyntax pair in pairs)
        {
            string[] parts = PartsOf(pair.Key);
            string table = Below(name, parts[..^1]);
            string below = Below(table, parts[^1..]);
            if (pair.Value is InlineTableSyntax inline)
                Add(below, false, PlaceOf(pair).Line, PairsOf(inline));
            else if (pair.Value is ArraySyntax { Items.ChildrenCount: > 0 } list && list.Items.All(static i => i.Value is InlineTableSyntax))
                AddAll(below, list);
            else
                Set(own, table, parts[^1], pair);
        }
    }

    private void AddAll(string name, ArraySyntax list)
    {
        foreach (ValueSyntax? item in list.Items.Select(static i => i.Value))
        {
            if (item is InlineTableSyntax inline)
                Add(name, true, PlaceOf(inline).Line, PairsOf(inline));
        }
    }

    private void Set(Dictionary<string, int> own, string name, string key, KeyValueSyntax pair)
    {
        if (!own.TryGetValue(name, out int index))
        {
            own[name] = index = _tables.Count;
            _tables.Add(new TomlTable(name, false, PlaceOf(pair).Line, ImmutableDictionary.Create<string, TomlValue>(StringComparer.Ordinal)));
        }
        _tables[index] = _tables[index] with { Values = _tables[index].Values.SetItem(key, ValueOf(pair.Value)) };
    }

    private static TomlValue ValueOf(ValueSyntax? value)
    {
        (int line, int column) = PlaceOf(value);
        return value switch
        {
            StringValueSyntax text => new TomlValue.Text(text.Value ?? "", line, column),
            BooleanValueSyntax truth => new TomlValue.Truth(truth.Value, line, column),
            IntegerValueSyntax number => new TomlValue.Number(number.Value, line, column),
            ArraySyntax list => new TomlValue.List([.. list.Items.Select(static i => ValueOf(i.Value))], line, column),
            _ => new TomlValue.Other(line, column),
        };
    }

    private static IEnumerable<KeyValueSyntax> PairsOf(InlineTableSyntax table) => table.Items.Select(static i => i.KeyValue).OfType<KeyValueSyntax>();

    private static string[] PartsOf(KeySyntax? key) => key is null ? [] : [TextOf(key.Key), .. key.DotKeys.Select(static d => TextOf(d.Key))];

    private static string TextOf(BareKeyOrStringValueSyntax? part) => part switch
    {
        StringValueSyntax quoted => quoted.Value ?? "",
        BareKeySyntax bare => bare.Key?.Text ?? "",
        _ => "",
    };

    private static string Below(string table, string[] parts) => parts.Length == 0 ? table : string.Join('.', table.Length == 0 ? parts : [table, .. parts]);

    private static (int Line, int Column) PlaceOf(SyntaxNode? node) => node is null ? (1, 1) : (node.Span.Start.Line + 1, node.Span.Start.Column + 1);
}
