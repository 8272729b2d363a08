using System.Collections.Immutable;
using System.Globalization;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Locking;

/// <summary>A line of a lock file: something from outside, and what exactly it is.</summary>
internal abstract record LockEntry
{
    private const string Nothing = "-";

    private LockEntry()
    {
    }

    /// <summary>What is named, without what it is: one line of a file that is the same there names the same.</summary>
    public abstract string Subject { get; }

    /// <summary>What it is.</summary>
    public abstract string Value { get; }

    /// <summary>The line.</summary>
    public string Line => $"{Subject} {Value}";

    /// <summary>An image for a platform.</summary>
    /// <param name="Name">The whole name with its tag, as it is asked for.</param>
    /// <param name="Platform">The platform.</param>
    /// <param name="Digest">The digest of the manifest for it.</param>
    public sealed record Image(string Name, string Platform, Digest Digest) : LockEntry
    {
        /// <inheritdoc/>
        public override string Subject => $"image {Escape(Name)} {Platform}";

        /// <inheritdoc/>
        public override string Value => Digest.Value;
    }

    /// <summary>A file of the web.</summary>
    /// <param name="Address">Its address.</param>
    /// <param name="Digest">The digest of its bytes.</param>
    public sealed record Http(string Address, Digest Digest) : LockEntry
    {
        /// <inheritdoc/>
        public override string Subject => $"http {Escape(Address)}";

        /// <inheritdoc/>
        public override string Value => Digest.Value;
    }

    /// <summary>A reference of a repository.</summary>
    /// <param name="Remote">Its address.</param>
    /// <param name="Reference">What was asked for; empty for its head.</param>
    /// <param name="Name">The whole name of the reference; null when it was a commit.</param>
    /// <param name="Commit">The commit.</param>
    /// <param name="Tag">The annotated tag; null when there was none.</param>
    public sealed record Git(string Remote, string Reference, string? Name, string Commit, string? Tag) : LockEntry
    {
        /// <inheritdoc/>
        public override string Subject => $"git {Escape(Remote)} {(Reference.Length == 0 ? Nothing : Escape(Reference))}";

        /// <inheritdoc/>
        public override string Value => $"{(Name is null ? Nothing : Escape(Name))} {Commit} {Tag ?? Nothing}";
    }

    /// <summary>What a program of a step asked the network for.</summary>
    /// <param name="Method">The method.</param>
    /// <param name="Address">The address.</param>
    /// <param name="Sent">The digest of what was sent; null when that was nothing.</param>
    /// <param name="Status">The status of the answer.</param>
    /// <param name="SizeBytes">The length of the content.</param>
    /// <param name="Content">The digest of the content; null when there was none, or it passed unseen.</param>
    /// <param name="Package">The package that it is, as a PURL; null when that is not known.</param>
    public sealed record Network(string Method, string Address, Digest? Sent, int Status, long SizeBytes, Digest? Content, string? Package) : LockEntry
    {
        /// <inheritdoc/>
        public override string Subject => $"network {Method} {Escape(Address)} {Sent?.Value ?? Nothing}";

        /// <inheritdoc/>
        public override string Value => string.Create(CultureInfo.InvariantCulture, $"{Status} {SizeBytes} {Content?.Value ?? Nothing}{(Package is null ? "" : " " + Escape(Package))}");
    }

    /// <summary>Reads a line.</summary>
    /// <exception cref="FormatException">It is none of a lock file.</exception>
    public static LockEntry Read(string line)
    {
        ImmutableArray<string> words = [.. line.Split(' ')];
        return words switch
        {
            ["image", var name, var platform, var digest] => new Image(name, platform, DigestOf(digest)),
            ["http", var address, var digest] => new Http(address, DigestOf(digest)),
            ["git", var remote, var reference, var name, var commit, var tag] when commit.Length is 40 or 64 && commit.All(char.IsAsciiHexDigitLower) =>
                new Git(remote, Optional(reference) ?? "", Optional(name), commit, Optional(tag)),
            ["network", var method, var address, var sent, var status, var size, var content, .. var package] when package.Length <= 1
                && int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out int code) && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) =>
                new Network(method, address, OptionalDigest(sent), code, bytes, OptionalDigest(content), package.IsEmpty ? null : package[0]),
            _ => throw new FormatException($"\"{line}\" is no line of a lock file"),
        };
    }

    private static string? Optional(string word) => word == Nothing ? null : word;

    private static Digest? OptionalDigest(string word) => word == Nothing ? null : DigestOf(word);

    private static Digest DigestOf(string word) => Digest.TryParse(word, out Digest? digest) ? digest : throw new FormatException($"\"{word}\" is no digest");

    // One blank between words, and one line for each. An address has neither in it; what else has is written like one.
    private static string Escape(string word) => word.Replace(" ", "%20", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal);
}
