namespace Caisson.Cli.Progress;

/// <summary>How large a terminal is.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Lines.</param>
internal readonly record struct TerminalSize(int Width, int Height)
{
    private const int UsualWidth = 80;
    private const int UsualHeight = 24;

    /// <summary>The size of this process's terminal now.</summary>
    public static TerminalSize Read() => new(Read(static () => Console.WindowWidth, UsualWidth), Read(static () => Console.WindowHeight, UsualHeight));

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
