using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary>The options <c>--cache-to</c> and <c>--cache-from</c>, in the spelling of <c>docker buildx build</c>.</summary>
internal sealed class CacheOptions
{
    private const string InlineArgument = "BUILDKIT_INLINE_CACHE";

    private readonly Option<string[]> _to = new(CacheValues.To) { Description = "Leave a shared cache for other machines: type=inline|registry|local|s3|gha[,mode=min|max][,…]; may be repeated", HelpName = "CACHE", DefaultValueFactory = static _ => [] };
    private readonly Option<string[]> _from = new(CacheValues.From) { Description = "Take results of steps from a shared cache: an image or cache in a registry, or type=registry|local|s3|gha[,…]; may be repeated", HelpName = "CACHE", DefaultValueFactory = static _ => [] };

    /// <summary>The options to add to a command.</summary>
    public IEnumerable<Option> All => [_from, _to];

    /// <summary>A request with what the command line says.</summary>
    /// <exception cref="UsageException">An option is not understood.</exception>
    public BuildRequest Apply(ParseResult parsed, HostEnvironment environment, BuildRequest request)
    {
        ImmutableArray<CacheExport> exports = CacheValues.ReadExports(parsed.GetValue(_to) ?? [], environment.Find);
        if (request.Arguments.GetValueOrDefault(InlineArgument) is "1" or "true" && !exports.Any(static e => e.Location is CacheLocation.Inline))
            exports = exports.Add(new CacheExport(new CacheLocation.Inline()));
        return request with { CacheExports = exports, CacheImports = CacheValues.ReadImports(parsed.GetValue(_from) ?? [], environment.Find) };
    }
}
