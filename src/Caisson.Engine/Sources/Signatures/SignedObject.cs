using System.Text;
using Caisson.Engine.Sources.Git;

namespace Caisson.Engine.Sources.Signatures;

/// <summary>A commit or a tag, taken apart: what is signed, and the signature.</summary>
/// <remarks>As git does (commit.c, gpg-interface.c): of a commit, the header <c>gpgsig</c> is the signature; of a tag, what begins at the last line that begins one.</remarks>
/// <param name="Object">The object.</param>
/// <param name="Payload">What is signed.</param>
/// <param name="Signature">The signature; null when there is none.</param>
internal sealed record SignedObject(GitObject Object, ReadOnlyMemory<byte> Payload, string? Signature)
{
    private const string Header = "gpgsig";

    private static readonly string[] Beginnings = ["-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----", "-----BEGIN SIGNED MESSAGE-----", "-----BEGIN SSH SIGNATURE-----"];

    /// <summary>The id of what a tag stands for; null when it is none, or its text is no tag's.</summary>
    public string? Target => Line(0, "object ");

    /// <summary>The name that a tag has in its own text.</summary>
    public string? TagName => Line(2, "tag ");

    /// <summary>Takes one apart.</summary>
    public static SignedObject Parse(GitObject from)
    {
        // One character for each byte.
        string text = Encoding.Latin1.GetString(from.Content.Span);
        return from.Type == "tag" ? ParseTag(from, text) : ParseCommit(from, text);
    }

    private static SignedObject ParseCommit(GitObject from, string text)
    {
        StringBuilder payload = new(), signature = new();
        string own = from.Id.Length == 64 ? Header + "-sha256 " : Header + " "; // that of the object's own hash
        bool isOwn = false, isOther = false;
        int end = text.IndexOf("\n\n", StringComparison.Ordinal) is >= 0 and int blank ? blank + 1 : text.Length;
        foreach (string line in Lines(text[..end]))
        {
            bool continues = line.StartsWith(' ') && (isOwn || isOther);
            isOwn = continues ? isOwn : line.StartsWith(own, StringComparison.Ordinal);
            isOther = continues ? isOther : !isOwn && line.StartsWith(Header, StringComparison.Ordinal);
            if (isOwn)
                signature.Append(continues ? line[1..] : line[own.Length..]);
            else if (!isOther)
                payload.Append(line);
        }
        payload.Append(text, end, text.Length - end);
        return new SignedObject(from, Encoding.Latin1.GetBytes(payload.ToString()), signature.Length == 0 ? null : signature.ToString());
    }

    private static SignedObject ParseTag(GitObject from, string text)
    {
        int at = 0, found = text.Length;
        foreach (string line in Lines(text))
        {
            if (Beginnings.Any(b => line.StartsWith(b, StringComparison.Ordinal)))
                found = at;
            at += line.Length;
        }
        return new SignedObject(from, from.Content[..found], found == text.Length ? null : text[found..]);
    }

    // With their line breaks.
    private static IEnumerable<string> Lines(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            int end = text.IndexOf('\n', at) is >= 0 and int found ? found + 1 : text.Length;
            yield return text[at..end];
            at = end;
        }
    }

    private string? Line(int number, string beginning) =>
        Lines(Encoding.UTF8.GetString(Payload.Span)).Skip(number).FirstOrDefault()?.TrimEnd('\n') is { } line && line.StartsWith(beginning, StringComparison.Ordinal) ? line[beginning.Length..] : null;
}
