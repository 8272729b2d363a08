using System.Globalization;
using Caisson.Engine.Planning;
using Caisson.Engine.Steps;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Sources.Git;

/// <summary>Says why git failed, from the words of git and of the programs that it runs (in the locale C).</summary>
internal static class GitFailure
{
    private const int MaxLength = 300;

    private static readonly (string Code, string? Hint, string[] Signs)[] Kinds =
    [
        (EngineCodes.DiskFull, "free some space, or put the store elsewhere with --root", ["No space left on device", "Disk quota exceeded"]),
        (EngineCodes.ServerUntrusted, "give its authority's certificate with --registry-ca HOST=FILE", ["certificate"]),
        (EngineCodes.ServerUntrusted, "the host shows another key than the known one", ["Host key verification failed", "REMOTE HOST IDENTIFICATION"]),
        (EngineCodes.GitUnauthorized, "give a token with --secret id=GIT_AUTH_TOKEN,src=FILE, or an SSH agent with --ssh default", [
            "could not read Username", "could not read Password", "Authentication failed", "Permission denied", "error: 401", "error: 403", "terminal prompts disabled",
        ]),
        (EngineCodes.GitNotFound, "check the address", ["not found", "does not appear to be a git repository", "error: 404", "repository not exported", "no such repository"]),
        (EngineCodes.GitUnreachable, "check the address, the network and the proxy", [
            "Could not resolve", "Failed to connect", "unable to connect", "Connection refused", "Connection timed out", "Connection reset", "Operation too slow",
            "Network is unreachable", "No route to host", "unable to look up", "cannot run ssh", "ssh: not found",
        ]),
        (EngineCodes.GitUnreachable, "only http, https, ssh and git are spoken", ["not allowed"]),
    ];

    // What servers say that do not give every commit by its id, and what git says of them.
    private static readonly string[] ByNameOnly =
        ["not our ref", "unadvertised object", "Server does not allow request", "couldn't find remote ref", "does not support shallow", "dumb http transport"];

    /// <summary>Whether the server may give under a name what it does not give by its id.</summary>
    public static bool IsByNameOnly(ProcessResult result) => ByNameOnly.Any(sign => result.Error.Contains(sign, StringComparison.OrdinalIgnoreCase));

    /// <summary>The failure as the user reads it.</summary>
    /// <param name="what">What was asked for, as the beginning of a sentence: "https://… cannot be fetched".</param>
    /// <param name="result">How git ended.</param>
    /// <param name="otherwise">The code of what is of no known kind.</param>
    public static StepException Explain(string what, ProcessResult result, string otherwise = EngineCodes.GitFailed)
    {
        foreach ((string code, string? hint, string[] signs) in Kinds)
        {
            if (signs.Any(sign => result.Error.Contains(sign, StringComparison.Ordinal)))
                return new StepException(code, $"{what}: {LastWords(result)}", hint);
        }
        return new StepException(otherwise, $"{what}: {LastWords(result)}");
    }

    // The line that tells most. A server's words are among them: no controls, not too long.
    private static string LastWords(ProcessResult result)
    {
        string[] lines = [.. result.Error.Split('\n', '\r').Select(static l => l.Trim()).Where(static l => l.Length > 0)];
        string line = lines.FirstOrDefault(static l => l.StartsWith("fatal: ", StringComparison.Ordinal) && !l.Contains("Could not read from remote", StringComparison.Ordinal) && !l.Contains("the remote end hung up", StringComparison.Ordinal))
            ?? lines.FirstOrDefault(static l => l.StartsWith("error: ", StringComparison.Ordinal) || l.StartsWith("remote: ", StringComparison.Ordinal) || l.StartsWith("ssh: ", StringComparison.Ordinal))
            ?? lines.LastOrDefault()
            ?? string.Create(CultureInfo.InvariantCulture, $"git ended with exit code {result.ExitCode}");
        string plain = RemoteText.Shown(string.Concat(line.Where(static c => char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format))));
        return plain.Length > MaxLength ? plain[..MaxLength] + "…" : plain;
    }
}
