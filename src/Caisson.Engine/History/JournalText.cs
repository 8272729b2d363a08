using System.Text;

namespace Caisson.Engine.History;

/// <summary>The form of a journal: lines of fields, with tabs between them. What would end a field or a line stands behind a backslash.</summary>
internal static class JournalText
{
    /// <summary>The first line. The number is that of the form: a journal of another one is not read.</summary>
    public const string Head = "caisson history 1";

    /// <summary>Adds a field, with what would end it made harmless.</summary>
    public static void AddField(StringBuilder line, string field)
    {
        if (!field.AsSpan().ContainsAny("\\\t\n\r"))
        {
            line.Append(field);
            return;
        }
        foreach (char c in field)
        {
            _ = c switch
            {
                '\\' => line.Append("\\\\"),
                '\t' => line.Append("\\t"),
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                _ => line.Append(c),
            };
        }
    }

    /// <summary>The fields of a line.</summary>
    public static string[] Fields(string line)
    {
        string[] fields = line.Split('\t');
        for (int i = 0; i < fields.Length; i++)
        {
            if (fields[i].Contains('\\', StringComparison.Ordinal))
                fields[i] = Plain(fields[i]);
        }
        return fields;
    }

    private static string Plain(string field)
    {
        StringBuilder plain = new(field.Length);
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] != '\\' || i + 1 == field.Length)
            {
                plain.Append(field[i]);
                continue;
            }
            plain.Append(field[++i] switch { 't' => '\t', 'n' => '\n', 'r' => '\r', char other => other });
        }
        return plain.ToString();
    }
}
