using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary>The values of <c>--build-context</c>.</summary>
internal static class NamedContextOptions
{
    /// <summary>The contexts by name; of two with a name the later counts.</summary>
    /// <exception cref="UsageException">One is no <c>NAME=VALUE</c>, or its name is none that a stage or an image could have.</exception>
    public static ImmutableDictionary<string, string> Read(IEnumerable<string> values)
    {
        ImmutableDictionary<string, string>.Builder contexts = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string context in values)
        {
            if (context.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } value])
                throw new UsageException($"--build-context {context}: write NAME=VALUE");
            if (!Reference.TryParse(name.Split("::", 2)[0], out _, out string? problem))
                throw new UsageException($"--build-context {context}: {problem}");
            contexts[name] = value;
        }
        return contexts.ToImmutable();
    }
}
