using System.CommandLine;
using System.CommandLine.Parsing;
using Caisson.Dockerfile.Source;

namespace Caisson.Cli.Usage;

/// <summary>What is wrong with a command line, in words that name the option and what would have been right.</summary>
internal static class UsageErrors
{
    private const string Separator = "--";

    /// <summary>The findings; empty when the command can be carried out.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        if (UnknownOption(parsed) is { } unknown)
            return [unknown];
        if (parsed.Errors.Count > 0 && parsed.UnmatchedTokens.Count > 0)
            return [Unmatched(parsed)];
        return [.. parsed.Errors.Select(Text).Distinct()];
    }

    // A misspelled option would otherwise be taken for an argument, and the argument behind it for one too many.
    private static string? UnknownOption(ParseResult parsed)
    {
        int end = parsed.Tokens.Select(static t => t.Type).TakeWhile(static t => t != TokenType.DoubleDash).Count();
        HashSet<Token> before = [.. parsed.Tokens.Take(end)];
        string? word = parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(static a => a.Tokens)
            .Where(before.Contains)
            .Select(static t => t.Value)
            .Concat(parsed.Errors.Count > 0 ? parsed.UnmatchedTokens : [])
            .FirstOrDefault(static w => w.Length > 1 && w[0] == '-' && w != Separator);
        if (word is null)
            return null;
        string name = word.Split('=')[0];
        IEnumerable<string> options = Chain(parsed.CommandResult).SelectMany(static c => c.Options).SelectMany(static o => o.Aliases.Prepend(o.Name)).Where(static n => n.StartsWith(Separator, StringComparison.Ordinal));
        return $"there is no option {name}{Suffix(Suggestion.Hint(name, options))}";
    }

    private static string Unmatched(ParseResult parsed)
    {
        string word = parsed.UnmatchedTokens[0];
        Command command = parsed.CommandResult.Command;
        return command.Subcommands.Count > 0
            ? $"there is no command \"{word}\"{Suffix(Suggestion.Hint(word, command.Subcommands.Select(static c => c.Name)))}"
            : $"\"{word}\" is one argument too many";
    }

    private static string Text(ParseError error) => error.SymbolResult switch
    {
        CommandResult { Command.Subcommands.Count: > 0 } => "a command is missing",
        CommandResult command when Missing(command) is { } argument => $"{argument.Name} is missing: {Lower(argument.Description)}",
        ArgumentResult { Tokens.Count: 0 } argument => $"{argument.Argument.Name} is missing: {Lower(argument.Argument.Description)}",
        _ => error.Message,
    };

    private static Argument? Missing(CommandResult command) =>
        command.Command.Arguments.FirstOrDefault(a => a.Arity.MinimumNumberOfValues > 0 && command.GetResult(a) is null or { Tokens.Count: 0 });

    private static IEnumerable<Command> Chain(CommandResult command)
    {
        for (SymbolResult? at = command; at is CommandResult result; at = at.Parent)
            yield return result.Command;
    }

    private static string Suffix(string? hint) => hint is null ? "" : "; " + hint;

    private static string Lower(string? sentence) => string.IsNullOrEmpty(sentence) ? "" : char.ToLowerInvariant(sentence[0]) + sentence[1..];
}
