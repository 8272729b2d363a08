namespace Caisson.Cli.Progress;

/// <summary>How large the terminal is now.</summary>
internal static class TerminalSize
{
    private const int UsualWidth = 80;
    private const int UsualHeight = 24;

    /// <summary>Columns.</summary>
    public static int Width => Read(static () => Console.WindowWidth, UsualWidth);

    /// <summary>Lines.</summary>
    public static int Height => Read(static () => Console.WindowHeight, UsualHeight);

    private static int Read(Func<int> read, int otherwise)
    {
        try
        {
            return read() is var size and > 0 ? size : otherwise;
        }
        catch (IOException)
        {
            return otherwise;
        }
    }
}
