using System.Text;

namespace Caisson.Oci.Registry;

/// <summary>Reads <c>name=value, name="value"</c> lists.</summary>
/// <remarks>RFC 9110, section 11.2: <c>auth-param = token BWS "=" BWS ( token / quoted-string )</c>.</remarks>
internal static class ChallengeParameters
{
    /// <summary>The parameters by lower-case name; reading stops at the first thing that is none.</summary>
    public static Dictionary<string, string> Read(ReadOnlySpan<char> text)
    {
        Dictionary<string, string> parameters = new(StringComparer.OrdinalIgnoreCase);
        while (true)
        {
            text = text.TrimStart(", \t");
            int equals = text.IndexOf('=');
            if (equals <= 0)
                return parameters;
            string name = text[..equals].Trim().ToString();
            text = text[(equals + 1)..].TrimStart();
            string? value = text is ['"', ..] ? ReadQuoted(ref text) : ReadToken(ref text);
            if (value is null)
                return parameters;
            parameters.TryAdd(name, value);
        }
    }

    private static string ReadToken(ref ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAny(", \t");
        ReadOnlySpan<char> token = end < 0 ? text : text[..end];
        text = text[token.Length..];
        return token.ToString();
    }

    private static string? ReadQuoted(ref ReadOnlySpan<char> text)
    {
        StringBuilder value = new();
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                text = text[(i + 1)..];
                return value.ToString();
            }
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            value.Append(text[i]);
        }
        return null;
    }
}
