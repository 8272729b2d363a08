using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson pull</c>.</summary>
internal sealed class PullCommand : StoreCommand
{
    private readonly Option<bool> _all = new("--all-platforms") { Description = "Take an image of several platforms whole, with its attestations" };
    private readonly Option<string[]> _platforms = new("--platform") { Description = "Platforms to take from an image of several. Default: that of this machine", HelpName = "PLATFORM[,…]", DefaultValueFactory = static _ => [], AllowMultipleArgumentsPerToken = false };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Write nothing when all went well" };
    private readonly Argument<string> _image = new("IMAGE") { Description = "Image to take from its registry" };

    public PullCommand(EngineHost host)
        : base(host, "pull", "Take an image from its registry")
    {
        Options.Add(_all);
        Options.Add(_platforms);
        Options.Add(_quiet);
        Arguments.Add(_image);
    }

    protected override async Task WorkAsync(LocalImages images, ParseResult parsed, CancellationToken ct)
    {
        ImmutableArray<Platform> platforms = PlatformOption.ReadAll(parsed.GetValue(_platforms) ?? []);
        bool isAll = parsed.GetValue(_all);
        if (isAll && !platforms.IsEmpty)
            throw new UsageException("--all-platforms and --platform exclude each other");
        Reference name = References.Parse(parsed.GetRequiredValue(_image));
        Descriptor pulled = isAll || platforms.Length > 1
            ? await images.PullAllAsync(name, platforms, ct)
            : (await images.PullAsync(name, platforms.FirstOrDefault(), ct)).Descriptor;
        if (!parsed.GetValue(_quiet))
            await Console.Out.WriteLineAsync($"{name.WithDefaultTag()}@{pulled.Digest}");
    }
}
