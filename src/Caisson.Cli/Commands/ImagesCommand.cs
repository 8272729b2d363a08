using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Progress;
using Caisson.Engine;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson images</c>.</summary>
internal sealed class ImagesCommand : StoreCommand
{
    private const int ShortIdLength = 12;

    private readonly Argument<string?> _name = new("IMAGE")
    {
        Description = "Only this image: all its tags, or the one that is named",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show ids only" };

    public ImagesCommand(EngineHost host)
        : base(host, "images", "List the images on this machine")
    {
        Arguments.Add(_name);
        Options.Add(_quiet);
    }

    protected override async Task WorkAsync(LocalImages images, ParseResult parsed, CancellationToken ct)
    {
        Reference? name = parsed.GetValue(_name) is { } text ? References.Parse(text) : null;
        ListedImage[] listed = [.. (await images.ListAsync(ct)).Where(image => name is null || IsNamed(image.Name, name))];
        if (parsed.GetValue(_quiet))
        {
            foreach (ListedImage image in listed)
                await Console.Out.WriteLineAsync(image.Id.Value);
            return;
        }
        string[][] rows = [["REPOSITORY", "TAG", "IMAGE ID", "PLATFORM", "SIZE"], .. listed.Select(Row)];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
            await Console.Out.WriteLineAsync(string.Join("   ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }

    private static bool IsNamed(Reference image, Reference wanted) => image.Name == wanted.Name && (wanted.Tag is null || image.Tag == wanted.Tag);

    private static string[] Row(ListedImage listed)
    {
        Reference bare = listed.Name.WithoutDigest();
        string repository = bare.Tag is { } tag ? bare.Familiar[..^(tag.Length + 1)] : bare.Familiar;
        long size = listed.Images.SelectMany(static i => i.Layers).DistinctBy(static l => l.Blob.Digest).Sum(static l => l.Blob.Size);
        string platforms = string.Join(",", listed.Images.Select(static i => i.Config.Platform));
        return [repository, bare.Tag ?? "<none>", listed.Id.Hex[..ShortIdLength], platforms, Bytes.Show(size)];
    }
}
