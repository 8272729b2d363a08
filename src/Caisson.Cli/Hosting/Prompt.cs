using System.Text;

namespace Caisson.Cli.Hosting;

/// <summary>Asks the user on the terminal. Whoever is stopped meanwhile does not wait for an answer any more.</summary>
internal static class Prompt
{
    /// <summary>A line of the answer without spaces around it; null when the input ends, or is no terminal.</summary>
    public static Task<string?> AskAsync(string question, CancellationToken ct) => AskAsync(question, static () => Console.In.ReadLine()?.Trim(), ct);

    /// <summary>The same, for what nobody should see.</summary>
    public static Task<string?> AskHiddenAsync(string question, CancellationToken ct) => AskAsync(question, ReadHidden, ct);

    /// <summary>Something that reads standard input and cannot be told to stop.</summary>
    public static Task<T> ReadAsync<T>(Func<T> read, CancellationToken ct) => Task.Run(read, CancellationToken.None).WaitAsync(ct);

    private static async Task<string?> AskAsync(string question, Func<string?> read, CancellationToken ct)
    {
        if (Console.IsInputRedirected)
            return null;
        await Console.Error.WriteAsync(question);
        try
        {
            return await ReadAsync(read, ct);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync();
            throw;
        }
    }

    private static string ReadHidden()
    {
        StringBuilder typed = new();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }
}
