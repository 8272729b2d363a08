namespace Caisson.Engine.Planning;

/// <summary>How programs of a platform run on this machine.</summary>
internal abstract record ProgramSupport
{
    private ProgramSupport()
    {
    }

    /// <summary>They do not.</summary>
    public static ProgramSupport None { get; } = new Nothing();

    /// <summary>The machine runs them by itself.</summary>
    public static ProgramSupport Native { get; } = new Machine();

    /// <summary>An emulator runs them, many times slower.</summary>
    /// <param name="Emulator">Its name.</param>
    public sealed record By(string Emulator) : ProgramSupport;

    private sealed record Nothing : ProgramSupport;

    private sealed record Machine : ProgramSupport;
}
