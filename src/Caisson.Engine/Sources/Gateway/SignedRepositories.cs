using System.Collections.Concurrent;
using Caisson.Linux.Files;
using Caisson.Linux.Processes;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>
/// The Debian-style package repositories that a policy wants signed. What their signed releases name, by digest, may pass: indexes, and of the packages that these name each whose
/// digest is the one that they say.
/// </summary>
/// <remarks>Thread-safe. https://wiki.debian.org/DebianRepository/Format. Signatures are checked by gpgv of the machine, with the keyring of the policy and no other.</remarks>
/// <param name="options">What the engine takes from its surroundings.</param>
/// <param name="work">For what is being made.</param>
internal sealed class SignedRepositories(BuildEngineOptions options, WorkArea work)
{
    private const string ArmorKind = "PGP PUBLIC KEY BLOCK";
    private const int MaxReleaseBytes = 64 << 20;
    private const int MaxKeyringBytes = 16 << 20;

    private readonly ConcurrentDictionary<(string Keyring, Uri Repository), RepositoryIndex> _indexes = new();
    private readonly ConcurrentDictionary<string, string> _keyrings = new(StringComparer.Ordinal);

    /// <summary>Looks at an answer that is part of a repository.</summary>
    /// <param name="keyring">The keyring.</param>
    /// <param name="repository">The repository's address.</param>
    /// <param name="exchange">The request and its answer.</param>
    /// <param name="file">The content.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<AnswerVerdict> CheckAsync(string keyring, Uri repository, RecordedExchange exchange, string? file, CancellationToken ct)
    {
        if (exchange.Status is < 200 or >= 300 || file is null || exchange.Content is not { } content)
            return exchange.Status >= 300 || exchange.Method == "HEAD" ? AnswerVerdict.Good : new AnswerVerdict("nothing of it can be compared with the signed index");
        if (exchange.Status == 206)
            return new AnswerVerdict("it is a part of a file, which cannot be compared with the signed index");
        string address = exchange.From ?? exchange.Address;
        if (!address.StartsWith(repository.AbsoluteUri, StringComparison.Ordinal))
            return new AnswerVerdict($"it is not part of the repository {repository}");
        string path = Uri.UnescapeDataString(address[repository.AbsoluteUri.Length..].Split('?')[0]);
        RepositoryIndex index = _indexes.GetOrAdd((keyring, repository), static _ => new RepositoryIndex());
        string name = path[(path.LastIndexOf('/') + 1)..];
        switch (name)
        {
            case "InRelease" when path.Contains('/', StringComparison.Ordinal):
                return await AdoptAsync(index, path, keyring, file, ct).ConfigureAwait(false);
            default:
                // Some repositories keep their packages beside the indexes.
                if (index.FindListed(path, content) is { } listed)
                    return Adopt(index, listed, content, file, ct);
                return path.StartsWith("dists/", StringComparison.Ordinal) && !index.Names(path)
                    ? new AnswerVerdict($"no signed release of {repository} names it with the digest that it has ({content})")
                    : index.Check(path, content, repository);
        }
    }

    private static AnswerVerdict Adopt(RepositoryIndex index, string listed, Digest content, string file, CancellationToken ct)
    {
        try
        {
            index.Adopt(listed, content, file, ct);
            return AnswerVerdict.Good;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return new AnswerVerdict($"the index cannot be read: {e.Message}");
        }
    }

    private async Task<AnswerVerdict> AdoptAsync(RepositoryIndex index, string path, string keyring, string signed, CancellationToken ct)
    {
        if (new FileInfo(signed).Length > MaxReleaseBytes)
            return new AnswerVerdict($"a release has more than {MaxReleaseBytes} bytes");
        (string? text, string problem) = await VerifyAsync(keyring, signed, ct).ConfigureAwait(false);
        if (text is null)
            return new AnswerVerdict(problem);
        index.AdoptRelease(path[..path.LastIndexOf('/')], text);
        return AnswerVerdict.Good;
    }

    // The text that was signed, as gpgv gives it: what stands around it in a file does not count.
    private async Task<(string? Text, string Problem)> VerifyAsync(string keyring, string signed, CancellationToken ct)
    {
        string plain = work.NewPath("signed");
        ProcessRequest request = new()
        {
            File = SearchPath.Find(options.SearchPath, "gpgv") ?? throw new Steps.StepException(EngineCodes.MissingProgram, "gpgv is not on this machine, and checking signatures of package repositories needs it", "apt-get install gpgv"),
            Arguments = ["--status-fd", "1", "--keyring", KeyringFile(keyring), "--output", plain, "--", signed],
        };
        ProcessResult result = await ProcessRunner.Direct.CaptureAsync(request, ct).ConfigureAwait(false);
        if (ReleaseSignature.Problem(result.Output) is { } problem)
            return (null, $"{problem} (keyring {keyring})");
        return (await File.ReadAllTextAsync(plain, ct).ConfigureAwait(false), "");
    }

    // gpgv reads binary keyrings only.
    private string KeyringFile(string keyring) => _keyrings.GetOrAdd(keyring, path =>
    {
        try
        {
            if (new FileInfo(path).Length > MaxKeyringBytes)
                throw new BuildException(EngineCodes.BadPolicy, $"the keyring {path} has more than {MaxKeyringBytes} bytes", "name the repository's keyring");
            byte[] content = File.ReadAllBytes(path);
            string binary = work.NewPath("keyring");
            File.WriteAllBytes(binary, Signatures.Armor.Decode(System.Text.Encoding.Latin1.GetString(content), ArmorKind) ?? content);
            return binary;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.BadPolicy, $"the keyring {path} cannot be read: {e.Message}", "name one with deb.keyring, for example /usr/share/keyrings/debian-archive-keyring.gpg", e);
        }
    });
}
