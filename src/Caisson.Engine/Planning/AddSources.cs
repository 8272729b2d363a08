using System.Globalization;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Remote;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>Tells which sources of ADD are fetched, and how.</summary>
/// <remarks>Dockerfile reference 1.26, "ADD", and frontend/dockerfile/dockerfile2llb of BuildKit 0.32.</remarks>
internal static class AddSources
{
    // What BuildKit calls a file whose address has no name.
    private const string UnnamedFile = "__unnamed__";

    private const string Sha256 = "sha256:";

    /// <summary>The remote source that a word of ADD stands for; null for a path of the build context.</summary>
    /// <param name="add">The instruction.</param>
    /// <param name="index">Which of its sources.</param>
    /// <exception cref="BuildException">The word cannot be meant.</exception>
    public static RemoteSource? Find(Step.Add add, int index)
    {
        string source = add.Transfer.Sources[index];
        SourceSpan where = ((TransferInstruction)add.Origin.Syntax).Sources[index].Span;
        GitLocation? git = GitLocation.Parse(source, out string? problem);
        if (problem is not null)
            throw At(where, EngineCodes.BadGitLocation, $"\"{RemoteText.Shown(source)}\" is a git repository, but {problem}", null);
        bool isFile = git is null && IsWebAddress(source);
        if (git is { LooksLikePath: true } || (git is null && !isFile))
            return null;
        if (add.Checksum is not null && add.Transfer.Sources.Length > 1)
            throw At(where, DiagnosticCodes.BadChecksum, "--checksum is given for several sources", "write an ADD for each of them");
        return isFile ? File(add, source, where) : Repository(add, git!, where); // no file: a repository
    }

    /// <summary>Whether a text is the address of something in the web.</summary>
    public static bool IsWebAddress(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static RemoteSource.Http File(Step.Add add, string source, SourceSpan where)
    {
        if (!Uri.TryCreate(source, UriKind.Absolute, out Uri? address) || address.Host.Length == 0)
            throw At(where, EngineCodes.BadWebAddress, $"\"{RemoteText.Shown(source)}\" is no address", "write https://host/path");
        if (add.Checksum is { } checksum && !checksum.StartsWith(Sha256, StringComparison.Ordinal))
            throw At(where, DiagnosticCodes.BadChecksum, "the checksum of a file is a digest, not a commit", "write --checksum=sha256:<64 hexadecimal digits>");
        return new RemoteSource.Http(address, FileNameOf(address), add.Checksum is null ? null : Digest.Parse(add.Checksum));
    }

    private static RemoteSource.Git Repository(Step.Add add, GitLocation location, SourceSpan where)
    {
        if (add.Checksum is { } checksum)
        {
            if (checksum.StartsWith(Sha256, StringComparison.Ordinal))
                throw At(where, DiagnosticCodes.BadChecksum, "the checksum of a git repository is a commit, not a digest", "write --checksum=<the beginning of the commit's id>");
            if (location.Checksum is { } other && other != checksum)
                throw At(where, DiagnosticCodes.BadChecksum, $"--checksum says {checksum}, and the address {other}", "give one of them");
        }
        if (add.KeepsGitDirectory is { } keeps && location.KeepsGitDirectory is { } kept && keeps != kept)
            throw At(where, EngineCodes.BadGitLocation, $"--keep-git-dir={(keeps ? "true" : "false")} contradicts the address", "give one of them");
        return new RemoteSource.Git(location with { Checksum = location.Checksum ?? add.Checksum }, location.KeepsGitDirectory ?? add.KeepsGitDirectory ?? false);
    }

    /// <summary>The name of a file: the last part of its address.</summary>
    public static string FileNameOf(Uri address)
    {
        string path = address.GetComponents(UriComponents.Path, UriFormat.Unescaped).TrimEnd('/');
        string name = path[(path.LastIndexOf('/') + 1)..].Trim();
        if (name.Length == 0)
            return UnnamedFile;
        return name is "." or ".." || name.Any(static c => char.GetUnicodeCategory(c) == UnicodeCategory.Control) ? "download" : name;
    }

    private static BuildException At(SourceSpan where, string code, string message, string? hint) => new([new Diagnostic(code, Severity.Error, message, where, hint)]);
}
