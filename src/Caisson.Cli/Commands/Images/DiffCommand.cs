using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Engine;
using Caisson.Oci.Contents;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson diff</c>.</summary>
internal sealed class DiffCommand : PlaceCommand
{
    private static readonly (string Name, FileAspects Aspect)[] Aspects =
        [.. Enum.GetValues<FileAspects>().Where(static a => a != FileAspects.None).Select(static a => (a.ToString().ToLowerInvariant(), a))];

    private readonly Option<bool> _config = new("--config-only") { Description = "Compare manifests and configurations only" };
    private readonly Option<bool> _layers = new("--layers-only") { Description = "Compare the lists of layers only" };
    private readonly Option<bool> _files = new("--files-only") { Description = "Compare the files only" };
    private readonly Option<string[]> _ignored = new("--ignore") { Description = $"What of files may differ: {string.Join(", ", Aspects.Select(static a => a.Name))}", HelpName = "WHAT[,…]", DefaultValueFactory = static _ => [], AllowMultipleArgumentsPerToken = false };
    private readonly Option<string?> _format = PlaceArguments.Format();
    private readonly Option<string?> _platform = PlaceArguments.Platform();
    private readonly Argument<string> _old = PlaceArguments.Image("OLD", "First image");
    private readonly Argument<string> _new = PlaceArguments.Image("NEW", "Second image");

    public DiffCommand(EngineHost host)
        : base(host, "diff", "Show what is different between two images: configuration, layers, files. Exit code 0: nothing, 1: something")
    {
        Options.Add(_config);
        Options.Add(_layers);
        Options.Add(_files);
        Options.Add(_ignored);
        Options.Add(_format);
        Options.Add(_platform);
        Arguments.Add(_old);
        Arguments.Add(_new);
    }

    protected override void Check(ParseResult parsed)
    {
        bool[] only = [parsed.GetValue(_config), parsed.GetValue(_layers), parsed.GetValue(_files)];
        if (only.Count(static o => o) > 1)
            throw new UsageException("--config-only, --layers-only and --files-only exclude each other");
        PlaceArguments.IsJson(parsed.GetValue(_format));
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_old));
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_new));
        PlaceArguments.ReadPlatform(parsed.GetValue(_platform));
        Ignored(parsed);
    }

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        Platform? platform = PlaceArguments.ReadPlatform(parsed.GetValue(_platform));
        PlacedImage old = await places.OpenImageAsync(PlaceArguments.ReadPlace(parsed.GetRequiredValue(_old)), platform, ct);
        PlacedImage @new = await places.OpenImageAsync(PlaceArguments.ReadPlace(parsed.GetRequiredValue(_new)), platform, ct);
        bool isPart = parsed.GetValue(_config) || parsed.GetValue(_layers) || parsed.GetValue(_files);
        ComparisonScope scope = new()
        {
            Config = !isPart || parsed.GetValue(_config),
            Layers = !isPart || parsed.GetValue(_layers),
            Files = !isPart || parsed.GetValue(_files),
            Ignored = Ignored(parsed),
        };
        ImageDifference difference = await ImageDifference.FindAsync(old.Image, @new.Image, scope, PlaceAccess.Decoders, ct);
        if (PlaceArguments.IsJson(parsed.GetValue(_format)))
            Console.Out.WriteLine(DifferenceJson.Write(old, @new, difference));
        else
            new DifferenceText(Console.Out).Write(old, @new, difference);
        return difference.IsEmpty ? ExitCodes.Success : ExitCodes.ImagesDiffer;
    }

    private FileAspects Ignored(ParseResult parsed)
    {
        FileAspects ignored = FileAspects.None;
        foreach (string name in (parsed.GetValue(_ignored) ?? []).SelectMany(static t => t.Split(',', StringSplitOptions.RemoveEmptyEntries)))
        {
            (_, FileAspects aspect) = Array.Find(Aspects, a => a.Name == name);
            ignored |= aspect != FileAspects.None ? aspect : throw new UsageException($"--ignore={name}: write {string.Join(", ", Aspects.Select(static a => a.Name))}");
        }
        return ignored;
    }
}
