using System.Collections.Immutable;
using System.Globalization;

namespace Caisson.Cli.Tests.Docs;

/// <summary>A page, as the tests see it: its fenced blocks that declare files or commands, in their order.</summary>
internal static class DocsPage
{
    private const string Fence = "```";

    public static ImmutableArray<DocsBlock> Read(string file)
    {
        ImmutableArray<DocsBlock>.Builder blocks = ImmutableArray.CreateBuilder<DocsBlock>();
        string[] lines = File.ReadAllLines(file);
        for (int i = 0; i < lines.Length; i++)
        {
            string mark = FenceOf(lines[i]);
            if (mark.Length == 0)
                continue;
            string info = lines[i][mark.Length..].Trim();
            string[] body = [.. lines.Skip(i + 1).TakeWhile(l => l != mark)];
            i += body.Length + 1;
            if (BlockOf(info, body) is { } block)
                blocks.Add(block);
        }
        return blocks.ToImmutable();
    }

    private static string FenceOf(string line) => line.StartsWith(Fence, StringComparison.Ordinal) ? new string('`', line.TakeWhile(static c => c == '`').Count()) : "";

    private static DocsBlock? BlockOf(string info, string[] body)
    {
        string[] words = info.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, string> options = words.Skip(1).Select(static w => w.Split('=', 2)).ToDictionary(static p => p[0], static p => p[1]);
        if (options.TryGetValue("title", out string? path))
            return new DocsBlock.Declared(path, string.Join('\n', body) + "\n");
        if (words.FirstOrDefault() != "console" || options.GetValueOrDefault("test") == "skip")
            return null;
        string[] commands = [.. body.Where(IsCommand).Select(static l => l[2..])];
        return new DocsBlock.Commands(string.Join('\n', commands), [.. body.Where(static l => !IsCommand(l))], int.Parse(options.GetValueOrDefault("exit", "0"), CultureInfo.InvariantCulture));
    }

    private static bool IsCommand(string line) => line.StartsWith("$ ", StringComparison.Ordinal) || line.StartsWith("> ", StringComparison.Ordinal);
}
