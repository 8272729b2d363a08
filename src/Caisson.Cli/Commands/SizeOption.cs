using System.CommandLine;
using Caisson.Dockerfile.Parsing;

namespace Caisson.Cli.Commands;

/// <summary>Options that are sizes.</summary>
internal static class SizeOption
{
    /// <summary>Reads a size as <c>--shm-size</c> does.</summary>
    /// <param name="name">What is said to have it: an option, or a variable.</param>
    /// <param name="text">The size; null when it is not given.</param>
    /// <param name="least">The smallest that can be meant.</param>
    /// <exception cref="UsageException">It is no size.</exception>
    public static long? Read(string name, string? text, long least = 0)
    {
        if (text is null)
            return null;
        return ByteSize.TryParse(text, out long bytes) && bytes >= least ? bytes : throw new UsageException($"{name}={text}: write a size such as 20g");
    }

    /// <summary>Reads an option.</summary>
    public static long? Read(ParseResult parsed, Option<string?> option) => Read(option.Name, parsed.GetValue(option));
}
