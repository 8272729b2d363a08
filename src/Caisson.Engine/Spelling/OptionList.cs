using System.Text;

namespace Caisson.Engine.Spelling;

/// <summary>An option whose value is a list of <c>key=value</c>, separated by commas, fields quoted as in CSV where needed.</summary>
public sealed class OptionList
{
    private readonly string _option;
    private readonly Dictionary<string, string> _values;

    private OptionList(string option, Dictionary<string, string> values)
    {
        _option = option;
        _values = values;
    }

    /// <summary>A list without anything in it.</summary>
    public static OptionList Empty(string option) => new(option, []);

    /// <summary>A list that came as keys and values.</summary>
    /// <param name="values">They.</param>
    /// <param name="shown">What the user is told of them.</param>
    public static OptionList Of(IEnumerable<KeyValuePair<string, string>> values, string shown) => new(shown, new Dictionary<string, string>(values, StringComparer.Ordinal));

    /// <summary>Reads a value.</summary>
    /// <exception cref="UsageException">A field is no <c>key=value</c>, or a key stands twice.</exception>
    public static OptionList Parse(string value, string option) => Parse(value, $"{option} {value}", static field => $"\"{field}\"");

    /// <summary>Reads a value that may hold secrets.</summary>
    /// <param name="value">The value.</param>
    /// <param name="shown">The option with its value, as the user is told of them.</param>
    /// <exception cref="UsageException">A field is no <c>key=value</c>, or a key stands twice.</exception>
    public static OptionList ParseShown(string value, string shown) => Parse(value, shown, static _ => "a field");

    /// <summary>The fields of a value, without what quotes them.</summary>
    public static List<string> Fields(string value)
    {
        List<string> fields = [];
        StringBuilder field = new();
        bool isQuoted = false;
        foreach (char c in value)
        {
            if (c == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (c == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }
        fields.Add(field.ToString());
        return fields;
    }

    private static OptionList Parse(string value, string shown, Func<string, string> nameOf)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (string field in Fields(value))
        {
            if (field.Split('=', 2) is not [{ Length: > 0 } key, string text])
                throw new UsageException($"{shown}: {nameOf(field)} is no key=value");
            if (!values.TryAdd(key.StartsWith(OutputAnnotations.Prefix, StringComparison.Ordinal) ? key : key.ToLowerInvariant(), text))
                throw new UsageException($"{shown}: {key}= stands twice");
        }
        return new OptionList(shown, values);
    }

    /// <summary>The value of a key, which is taken out; null when it is not there.</summary>
    public string? Take(string key) => _values.Remove(key, out string? value) ? value : null;

    /// <summary>Whether a key is there.</summary>
    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>All keys that begin so, with their values; they are taken out.</summary>
    public IEnumerable<KeyValuePair<string, string>> TakeAll(string prefix)
    {
        foreach (string key in (string[])[.. _values.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)])
            yield return KeyValuePair.Create(key, Take(key)!); // it is there
    }

    /// <summary>The truth value of a key, which is taken out.</summary>
    public bool TakeFlag(string key, bool otherwise = false) => Take(key) switch
    {
        null => otherwise,
        "true" or "1" or "" => true,
        "false" or "0" => false,
        string other => throw new UsageException($"{_option}: {key}={other} is neither true nor false"),
    };

    /// <summary>The keys that nobody asked for so far, in ordinal order.</summary>
    public IEnumerable<string> Left => _values.Keys.Order(StringComparer.Ordinal);

    /// <summary>Nothing may be left.</summary>
    /// <exception cref="UsageException">A key was not asked for by anyone.</exception>
    public void RequireEmpty()
    {
        if (_values.Keys.FirstOrDefault() is { } left)
            throw new UsageException($"{_option}: \"{left}\" is not known here");
    }
}
