using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary>The option <c>--git-signers</c>: whose signatures git repositories must carry.</summary>
internal sealed class GitSignersOption : Option<string[]>
{
    public GitSignersOption()
        : base("--git-signers")
    {
        Description = "Refuse git repositories whose tag or commit none of the public keys in FILE (OpenPGP or SSH) has signed: those whose address begins with REPOSITORY, host[/path], or all; may be repeated";
        HelpName = "[REPOSITORY=]FILE";
        DefaultValueFactory = static _ => [];
    }

    /// <summary>What a command line asks for.</summary>
    /// <exception cref="UsageException">A value is not understood.</exception>
    public ImmutableArray<GitSigners> Read(ParseResult parsed) => [.. (parsed.GetValue(this) ?? []).Select(Read)];

    /// <summary>What one value asks for.</summary>
    /// <exception cref="UsageException">It is not understood.</exception>
    internal static GitSigners Read(string value)
    {
        // A path that begins as no host does may hold "=".
        string[] parts = value.StartsWith('/') || value.StartsWith('.') ? [value] : value.Split('=', 2);
        if (parts[^1].Length == 0 || parts[0].Length == 0)
            throw new UsageException($"--git-signers {value}: write FILE or REPOSITORY=FILE");
        if (parts.Length == 1)
            return new GitSigners(Repository: null, value);
        string repository = parts[0];
        return repository.Contains("://", StringComparison.Ordinal) || repository.Contains('@', StringComparison.Ordinal) || repository.Any(char.IsWhiteSpace)
            ? throw new UsageException($"--git-signers {value}: name a repository by host and path, without a scheme or user: github.com/our-org")
            : new GitSigners(repository, parts[1]);
    }
}
