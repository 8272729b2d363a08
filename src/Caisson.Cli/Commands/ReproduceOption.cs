using System.CommandLine;
using System.Globalization;

namespace Caisson.Cli.Commands;

/// <summary><c>--reproduce</c>: the build is done more than once, under other conditions each time, and must come to the same.</summary>
internal sealed class ReproduceOption
{
    private const string Name = "--reproduce";
    private const int Least = 2;
    private const int Most = 100;

    private readonly Option<string?> _builds = new(Name)
    {
        Description = "Build so many times, each time under other conditions, and export only when the same comes of it: otherwise say which step and which files differ, how, and what helps. Exit code 10; write the value behind =, or none for 2",
        HelpName = "[=N]",
    };

    /// <summary>The option to add to a command.</summary>
    public Option Option => _builds;

    /// <summary>How often the command line asks for the build.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="builds">Whether it asks for a build at all.</param>
    /// <exception cref="UsageException">Not so often, or for something that is no build.</exception>
    public int Read(ParseResult parsed, bool builds)
    {
        if (parsed.GetValue(_builds) is not { } value)
            return 1;
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number is < Least or > Most)
            throw new UsageException($"{Name}={value}: write how often to build, {Least} to {Most}: {Name}={Least} builds once more and compares");
        return builds ? number : throw new UsageException($"{Name} compares builds, and --check and --call build nothing: leave one of them out");
    }
}
