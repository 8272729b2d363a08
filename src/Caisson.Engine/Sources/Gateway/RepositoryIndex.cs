using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>What the signed releases of one package repository name.</summary>
/// <remarks>Thread-safe. Of a package some thirty bytes are held: a distribution has a hundred thousand of them.</remarks>
internal sealed class RepositoryIndex
{
    private const long MaxIndexBytes = 2L << 30;
    private const int MaxListed = 1_000_000;
    private const int MaxPackages = 5_000_000;
    private const int MaxLineChars = 1 << 20;

    // Of files in dists/, by their paths and by those that have the digest for a name: the path that the release names.
    private readonly ConcurrentDictionary<string, (string Path, Digest Content)> _listed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Digest, Lock> _adopting = new();
    private readonly ConcurrentDictionary<Digest, bool> _adopted = new();
    private readonly ConcurrentDictionary<UInt128, Entry> _packages = new();

    /// <summary>Takes what a signed release names.</summary>
    /// <param name="directory">Its directory.</param>
    /// <param name="text">Its text.</param>
    public void AdoptRelease(string directory, string text)
    {
        bool isList = false;
        foreach (string line in text.Split('\n'))
        {
            if (line.Length == 0 || line[0] != ' ')
                isList = line.StartsWith("SHA256:", StringComparison.Ordinal);
            else if (isList && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var hash, _, var path] && Digest.TryParse("sha256:" + hash, out Digest? digest) && _listed.Count < MaxListed)
                List($"{directory}/{path.TrimEnd('\r')}", digest);
        }
    }

    /// <summary>The path under which a release names a file; null when none names it.</summary>
    public string? FindListed(string path, Digest content) => _listed.TryGetValue(path, out (string Path, Digest Content) listed) && listed.Content == content ? listed.Path : null;

    /// <summary>Takes what an index names, if the file is one of packages or sources.</summary>
    /// <param name="listed">The path under which the release names it.</param>
    /// <param name="content">Its digest.</param>
    /// <param name="file">Its content.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void Adopt(string listed, Digest content, string file, CancellationToken ct)
    {
        string name = listed[(listed.LastIndexOf('/') + 1)..].Split('.')[0];
        if (name is not ("Packages" or "Sources") || _adopted.ContainsKey(content))
            return;
        // Whoever comes meanwhile waits: packages of the index are asked for as soon as it is there.
        lock (_adopting.GetOrAdd(content, static _ => new Lock()))
        {
            if (_adopted.ContainsKey(content))
                return;
            Read(file, ct);
            _adopted[content] = true;
        }
    }

    /// <summary>Whether an index names a path.</summary>
    public bool Names(string path) => _packages.ContainsKey(KeyOf(path));

    private void Read(string file, CancellationToken ct)
    {
        using FileStream input = new(file, FileMode.Open, FileAccess.Read, FileShare.Read);
        Span<byte> start = stackalloc byte[CompressionFormat.DetectBytes];
        int length = input.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        input.Position = 0;
        using Stream plain = Decompression.Open(input, CompressionFormat.Detect(start[..length]), SystemDecoders.Options with { MaxBytes = MaxIndexBytes });
        using StreamReader reader = new(plain, Encoding.UTF8);
        foreach (Dictionary<string, string> stanza in Stanzas(reader))
        {
            ct.ThrowIfCancellationRequested();
            Adopt(stanza);
        }
    }

    /// <summary>Looks at a file of the pool.</summary>
    /// <param name="path">Its path in the repository.</param>
    /// <param name="content">Its digest.</param>
    /// <param name="repository">The repository, for people.</param>
    public AnswerVerdict Check(string path, Digest content, Uri repository)
    {
        if (!_packages.TryGetValue(KeyOf(path), out Entry entry))
            return new AnswerVerdict($"no signed index of {repository} that the build has seen names it");
        if (entry.Content != HashOf(content))
            return new AnswerVerdict($"its digest is not the one in the signed index: expected sha256:{entry.Content.High:x32}{entry.Content.Low:x32}, got {content}");
        string? package = PackageNames.Of(repository.AbsoluteUri + path);
        if (package is not null && entry.Version is { } version)
        {
            int at = package.IndexOf('@', StringComparison.Ordinal);
            int end = package.IndexOf('?', StringComparison.Ordinal);
            package = $"{package[..at]}@{PackageNames.Escape(version)}{package[end..]}";
        }
        return new AnswerVerdict(Package: package);
    }

    private void List(string path, Digest content)
    {
        _listed[path] = (path, content);
        _listed[$"{path[..(path.LastIndexOf('/') + 1)]}by-hash/SHA256/{content.Hex}"] = (path, content);
    }

    private static IEnumerable<Dictionary<string, string>> Stanzas(StreamReader reader)
    {
        Dictionary<string, string> stanza = new(StringComparer.Ordinal);
        string? field = null;
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0)
            {
                if (stanza.Count > 0)
                    yield return stanza;
                stanza = new(StringComparer.Ordinal);
                field = null;
            }
            else if (line[0] is ' ' or '\t')
            {
                if (field == "Checksums-Sha256" && stanza[field].Length + line.Length < MaxLineChars)
                    stanza[field] += "\n" + line.Trim();
            }
            else if (line.Split(':', 2) is [var name, var value])
            {
                field = name;
                if (name is "Filename" or "SHA256" or "Version" or "Directory" or "Checksums-Sha256")
                    stanza[name] = value.Trim();
            }
        }
        if (stanza.Count > 0)
            yield return stanza;
    }

    private void Adopt(Dictionary<string, string> stanza)
    {
        string? version = stanza.GetValueOrDefault("Version") is { } full && full.Contains(':', StringComparison.Ordinal) ? full : null; // else the file's name says it
        if (stanza.TryGetValue("Filename", out string? file) && stanza.TryGetValue("SHA256", out string? hash))
            Adopt(file, hash, version);
        if (!stanza.TryGetValue("Directory", out string? directory) || !stanza.TryGetValue("Checksums-Sha256", out string? sums))
            return;
        foreach (string line in sums.Split('\n'))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var sum, _, var name])
                Adopt($"{directory}/{name}", sum, version: null);
        }
    }

    private void Adopt(string path, string hash, string? version)
    {
        if (_packages.Count < MaxPackages && Digest.TryParse("sha256:" + hash, out Digest? digest))
            _packages[KeyOf(path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path)] = new Entry(HashOf(digest), version);
    }

    // Half a SHA-256 of the path: nobody finds two paths that share one.
    private static UInt128 KeyOf(string path) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(path)));

    private static Hash HashOf(Digest digest) => digest.Algorithm == "sha256"
        ? new Hash(UInt128.Parse(digest.Hex.AsSpan(0, 32), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), UInt128.Parse(digest.Hex.AsSpan(32), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))
        : default;

    private readonly record struct Hash(UInt128 High, UInt128 Low);

    private readonly record struct Entry(Hash Content, string? Version);
}
