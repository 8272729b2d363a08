using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Caisson.Cli.Hosting;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary>The option <c>--secret</c>, in the spelling of <c>docker buildx build</c>.</summary>
internal sealed class SecretOptions
{
    private readonly Option<string[]> _secrets = new("--secret")
    {
        Description = "Secret for steps that mount it, from a file or from an environment variable; without either, from the variable or the file of its id; may be repeated",
        HelpName = "id=ID[,src=FILE|,env=NAME]",
        DefaultValueFactory = static _ => [],
    };

    /// <summary>The options to add to a command.</summary>
    public IEnumerable<Option> All => [_secrets];

    /// <summary>The secrets of a command line.</summary>
    /// <exception cref="UsageException">An option is not understood.</exception>
    public ImmutableDictionary<string, SecretSource> Read(ParseResult parsed, HostEnvironment environment) => Read(parsed.GetValue(_secrets) ?? [], environment);

    /// <summary>The secrets that values of the option name; of an id given twice, the last counts.</summary>
    /// <exception cref="UsageException">A value is not understood.</exception>
    internal static ImmutableDictionary<string, SecretSource> Read(IEnumerable<string> values, HostEnvironment environment)
    {
        ImmutableDictionary<string, SecretSource>.Builder secrets = ImmutableDictionary.CreateBuilder<string, SecretSource>(StringComparer.Ordinal);
        foreach (string value in values)
        {
            OptionList options = OptionList.Parse(value, "--secret");
            string id = options.Take("id") is { Length: > 0 } given ? given : throw new UsageException($"--secret {value}: id= is missing, the name by which steps mount the secret");
            secrets[id] = SourceOf(id, options, value, environment);
            options.RequireEmpty();
        }
        return secrets.ToImmutable();
    }

    private static SecretSource SourceOf(string id, OptionList options, string value, HostEnvironment environment)
    {
        string? file = options.Take("src") ?? options.Take("source");
        string? variable = options.Take("env");
        string? type = options.Take("type");
        if (type is not (null or "file" or "env"))
            throw new UsageException($"--secret {value}: \"{type}\" is no type of secret; they are file and env");
        if (type == "env" && string.IsNullOrEmpty(variable))
            (variable, file) = (file, null);
        if (!string.IsNullOrEmpty(variable))
            return OfVariable(environment.Variables.GetValueOrDefault(variable, ""));
        if (!string.IsNullOrEmpty(file))
            return new SecretSource.File(file);
        return environment.Variables.TryGetValue(id, out string? ofId) ? OfVariable(ofId) : new SecretSource.File(id);
    }

    private static SecretSource.Bytes OfVariable(string text) => new(Encoding.UTF8.GetBytes(text));
}
