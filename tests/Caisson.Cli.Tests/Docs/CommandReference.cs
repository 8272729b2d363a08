using System.CommandLine;
using System.Text;

namespace Caisson.Cli.Tests.Docs;

/// <summary>Writes docs/cli.md from the definitions of the commands.</summary>
internal static class CommandReference
{
    private const string Head =
        """
        # The command line

        Written from the definitions of the commands by `tests/Caisson.Cli.Tests`, whose test fails when this page is not current. What is not said
        here to have a default has none. [Exit codes](exit-codes.md) and [the codes of diagnostics](errors/README.md) have pages of their own.


        """;

    public static string Write(RootCommand root)
    {
        StringBuilder page = new(Head);
        foreach (Command command in All(root, "caisson").Select(static c => c.Command).Where(static c => c.Subcommands.Count == 0))
            page.Append(Invariant($"- [`{PathOf(root, command)}`](#{PathOf(root, command).Replace(' ', '-')}): {Sentence(command.Description)}\n"));
        page.Append("\n## Options of every command\n\n");
        WriteOptions(page, root.Options.Where(static o => o.Recursive && !o.Hidden && o.Name is not "--help"));
        page.Append("\nEvery command also takes `--help`, and `caisson --version` shows the version.\n");
        foreach ((Command command, string path) in All(root, "caisson").Where(static c => c.Command.Subcommands.Count == 0))
            WriteCommand(page, command, path);
        return page.ToString();
    }

    private static void WriteCommand(StringBuilder page, Command command, string path)
    {
        page.Append(Invariant($"\n## {path}\n\n{Sentence(command.Description)}\n\n```text\n{Usage(command, path)}\n```\n"));
        if (command.Arguments.Count > 0)
        {
            page.Append("\n| argument | meaning |\n|---|---|\n");
            foreach (Argument argument in command.Arguments)
                page.Append(Invariant($"| `{argument.Name}` | {Cell(argument.Description)} |\n"));
        }
        Option[] options = [.. command.Options.Where(static o => !o.Hidden && o.Name is not "--help")];
        if (options.Length > 0)
            page.Append('\n');
        WriteOptions(page, options);
    }

    private static void WriteOptions(StringBuilder page, IEnumerable<Option> options)
    {
        Option[] all = [.. options.Where(static o => o.Name is not "--version")];
        if (all.Length == 0)
            return;
        page.Append("| option | meaning |\n|---|---|\n");
        foreach (Option option in all)
            page.Append(Invariant($"| `{Spelling(option)}` | {Cell(option.Description)}{(option.Required ? ". Required" : "")} |\n"));
    }

    private static string Usage(Command command, string path)
    {
        IEnumerable<string> required = command.Options.Where(static o => o.Required).Select(static o => $"{o.Name} {o.HelpName}");
        IEnumerable<string> arguments = command.Arguments.Select(static a => Shape(a));
        string options = command.Options.Any(static o => !o.Hidden && !o.Required && o.Name is not "--help") ? "[OPTION]…" : "";
        return string.Join(' ', [path, .. required, .. options.Length > 0 ? [options] : Array.Empty<string>(), .. arguments]);
    }

    private static string Shape(Argument argument) => (argument.Arity.MinimumNumberOfValues, argument.Arity.MaximumNumberOfValues) switch
    {
        (0, 1) => $"[{argument.Name}]",
        (0, _) => $"[{argument.Name}]…",
        (_, 1) => argument.Name,
        _ => $"{argument.Name}…",
    };

    private static string Spelling(Option option)
    {
        IEnumerable<string> names = option.Aliases.Order(StringComparer.Ordinal).Prepend(option.Name);
        return string.Join(", ", names) + (option.HelpName is { } value ? $" {value.Replace("|", "\\|", StringComparison.Ordinal)}" : "");
    }

    private static IEnumerable<(Command Command, string Path)> All(Command command, string path) =>
        command.Subcommands.SelectMany(c => All(c, $"{path} {c.Name}").Prepend((c, $"{path} {c.Name}")));

    private static string PathOf(Command root, Command command) => All(root, "caisson").First(c => c.Command == command).Path;

    private static string Sentence(string? text) => text is null or "" ? "" : text.TrimEnd('.') + ".";

    private static string Cell(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
