using System.CommandLine;
using Caisson.Cli.Commands;

namespace Caisson.Cli.Usage;

/// <summary>Keeps the arguments of a program that a command starts apart from the command's own.</summary>
internal static class ProgramArguments
{
    /// <summary>
    /// The arguments with <c>--</c> behind the first word that is no option: whatever follows an image's name is for the program inside, even where
    /// it looks like an option, as with <c>docker run</c>.
    /// </summary>
    /// <param name="arguments">All arguments, the command's name among them.</param>
    /// <param name="root">The root, whose options may stand anywhere before.</param>
    /// <param name="command">The command that starts programs.</param>
    public static string[] Separate(string[] arguments, Command root, Command command)
    {
        bool isInside = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (Find(arguments[i], root, command) is { } option)
            {
                bool hasOwnWord = option.Arity.MinimumNumberOfValues > 0 && !arguments[i].Contains('=', StringComparison.Ordinal) && !IsGlued(arguments[i], option);
                i += hasOwnWord ? 1 : 0;
            }
            else if (!isInside)
            {
                if (arguments[i] != command.Name)
                    return arguments;
                isInside = true;
            }
            else
            {
                // What looks like an option and is none is reported as such.
                return arguments[i].StartsWith('-') ? arguments : [.. arguments[..(i + 1)], "--", .. arguments[(i + 1)..]];
            }
        }
        return arguments;
    }

    /// <summary>
    /// The arguments with the newest step named where none is: <c>shell -- PROGRAM</c>. A word in front of <c>--</c> would be taken for the step otherwise.
    /// </summary>
    /// <param name="arguments">All arguments, the command's name among them.</param>
    /// <param name="root">The root.</param>
    /// <param name="command">The command that enters steps.</param>
    public static string[] Name(string[] arguments, RootCommand root, ShellCommand command)
    {
        int end = Array.IndexOf(arguments, "--");
        if (end < 0 || !arguments.AsSpan(0, end).Contains(command.Name))
            return arguments;
        ParseResult before = root.Parse(arguments[..end]);
        return before.CommandResult.Command == command && before.GetValue(command.Step) is null ? [.. arguments[..end], ShellCommand.Newest, .. arguments[end..]] : arguments;
    }

    // "-eNAME=VALUE"
    private static bool IsGlued(string word, Option option) => word.Length > 2 && word[0] == '-' && word[1] != '-' && option.Aliases.Contains(word[..2]);

    private static Option? Find(string word, Command root, Command command)
    {
        string name = word.Split('=')[0];
        return command.Options.Concat(root.Options).FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name) || IsGlued(word, o));
    }
}
