using System.CommandLine;
using System.CommandLine.Parsing;
using Caisson.Cli.Commands;
using Caisson.Dockerfile.Source;

namespace Caisson.Cli.Usage;

/// <summary>What is wrong with a command line, in words that name the option and what would have been right.</summary>
/// <param name="Messages">What is wrong; at least one.</param>
/// <param name="Hint">What to do.</param>
internal sealed record UsageErrors(IReadOnlyList<string> Messages, string Hint)
{
    private const string LongPrefix = "--";

    /// <summary>The findings; null when the command can be carried out.</summary>
    public static UsageErrors? Find(ParseResult parsed)
    {
        if (UnknownOption(parsed) is { } option)
            return new([$"there is no option {option}"], Suggestion.Hint(option, LongOptions(parsed)) ?? HelpOf(parsed));
        if (parsed.Errors.Count == 0)
            return EmptyValues(parsed) is [_, ..] empty ? new(empty, "a variable of the shell may be unset") : null;
        if (TornValue(parsed) is { } torn)
            return new([UnmatchedText(parsed)], $"white space after the comma of \"{torn}\" makes two arguments of one; write it without");
        if (parsed.UnmatchedTokens.Count > 0)
            return new([UnmatchedText(parsed)], Suggestion.Hint(parsed.UnmatchedTokens[0], parsed.CommandResult.Command.Subcommands.Select(static c => c.Name)) ?? HelpOf(parsed));
        return new([.. parsed.Errors.Select(Text).Distinct()], HelpOf(parsed));
    }

    // The parser takes an option that it does not know for an argument, as long as one is missing.
    private static string? UnknownOption(ParseResult parsed)
    {
        HashSet<Token> before = [.. parsed.Tokens.TakeWhile(static t => t.Type != TokenType.DoubleDash)];
        return parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(static a => a.Tokens)
            .Where(before.Contains)
            .Select(static t => t.Value)
            .Concat(parsed.Errors.Count > 0 ? parsed.UnmatchedTokens : [])
            .FirstOrDefault(static w => w.Length > 1 && w[0] == '-' && w != LongPrefix)?.Split('=')[0];
    }

    // Nothing of the command line may be empty but what "run" gives to the program inside.
    private static string[] EmptyValues(ParseResult parsed) =>
    [
        .. Results(parsed.CommandResult)
            .Where(static r => r is { Parent: not CommandResult { Command: RunCommand } } && r.Tokens.Any(static t => t.Value.Length == 0))
            .Select(static r => $"{(r is OptionResult option ? option.Option.Name : ((ArgumentResult)r).Argument.Name)} is empty"),
    ];

    private static IEnumerable<SymbolResult> Results(CommandResult command)
    {
        for (SymbolResult? at = command; at is CommandResult result; at = at.Parent)
        {
            foreach (SymbolResult child in result.Children.Where(static c => c is OptionResult or ArgumentResult))
                yield return child;
        }
    }

    private static IEnumerable<string> LongOptions(ParseResult parsed) => Chain(parsed.CommandResult)
        .SelectMany(static c => c.Options)
        .SelectMany(static o => o.Aliases.Prepend(o.Name))
        .Where(static n => n.StartsWith(LongPrefix, StringComparison.Ordinal));

    private static string? TornValue(ParseResult parsed) =>
        parsed.UnmatchedTokens.Count == 0 ? null : parsed.Tokens.Select(static t => t.Value).FirstOrDefault(static t => t.EndsWith(',') && t.Length > 1);

    private static string UnmatchedText(ParseResult parsed)
    {
        string word = parsed.UnmatchedTokens[0];
        return parsed.CommandResult.Command.Subcommands.Count > 0 ? $"there is no command \"{word}\"" : $"\"{word}\" is one argument too many";
    }

    private static string Text(ParseError error) => error.SymbolResult switch
    {
        CommandResult { Command.Subcommands.Count: > 0 } => "a command is missing",
        CommandResult command when Missing(command) is { } argument => MissingText(argument),
        ArgumentResult { Tokens.Count: 0 } argument => MissingText(argument.Argument),
        _ => error.Message,
    };

    private static Argument? Missing(CommandResult command) =>
        command.Command.Arguments.FirstOrDefault(a => a.Arity.MinimumNumberOfValues > 0 && command.GetResult(a) is null or { Tokens.Count: 0 });

    private static string MissingText(Argument argument) =>
        argument.Description is [char first, .. var rest] ? $"{argument.Name} is missing: {char.ToLowerInvariant(first)}{rest}" : $"{argument.Name} is missing";

    private static string HelpOf(ParseResult parsed) => string.Join(' ', [.. Chain(parsed.CommandResult).Reverse().Skip(1).Select(static c => c.Name).Prepend("caisson"), "--help"]);

    private static IEnumerable<Command> Chain(CommandResult command)
    {
        for (SymbolResult? at = command; at is CommandResult result; at = at.Parent)
            yield return result.Command;
    }
}
