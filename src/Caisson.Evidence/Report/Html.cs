using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Caisson.Engine;

namespace Caisson.Evidence.Report;

/// <summary>Writes HTML. What is put into the holes of a text is escaped, whoever wrote it: markup comes from the program's own texts alone.</summary>
/// <param name="secrets">What is shown nowhere.</param>
internal sealed class Html(SecretArguments secrets)
{
    private readonly SecretArguments _secrets = secrets;
    private readonly StringBuilder _text = new();

    /// <summary>Adds markup; the values in it are escaped.</summary>
    public void Add([InterpolatedStringHandlerArgument("")] Markup markup) => _text.Append(markup.Text);

    /// <summary>Adds markup without values.</summary>
    public void AddMarkup(string markup) => _text.Append(markup);

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    // Characters that do not show, or that change what others look like, are shown by their numbers.
    private static void AddEscaped(StringBuilder to, string text)
    {
        foreach (Rune rune in text.EnumerateRunes()) // lone surrogates are given as replacement characters
        {
            switch (rune.Value)
            {
                case '&':
                    to.Append("&amp;");
                    break;
                case '<':
                    to.Append("&lt;");
                    break;
                case '>':
                    to.Append("&gt;");
                    break;
                case '"':
                    to.Append("&quot;");
                    break;
                case '\'':
                    to.Append("&#39;");
                    break;
                case '\n' or '\t':
                    to.Append((char)rune.Value);
                    break;
                default:
                    if (IsHidden(rune))
                        to.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
                    else
                        to.Append(rune.ToString());
                    break;
            }
        }
    }

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>Takes the parts of a text as the compiler gives them.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Markup(int literalLength, int formattedCount, Html html)
    {
        private const int UsualLength = 24;

        /// <summary>The markup so far.</summary>
        internal StringBuilder Text { get; } = new(literalLength + (formattedCount * UsualLength));

        /// <summary>Markup of the program itself.</summary>
        public void AppendLiteral(string markup) => Text.Append(markup);

        /// <summary>A text of anybody.</summary>
        public void AppendFormatted(string? value) => AddEscaped(Text, html._secrets.Mask(value ?? ""));

        /// <summary>A number.</summary>
        public void AppendFormatted(int value) => Text.Append(value);

        /// <summary>A share of a whole, in percent.</summary>
        public void AppendFormatted(double percent) => Text.Append(percent.ToString("0.###", CultureInfo.InvariantCulture));
    }
}
