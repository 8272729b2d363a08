using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;
using Caisson.Engine.Exporting;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson save</c>.</summary>
internal sealed class SaveCommand : StoreCommand
{
    private readonly Option<string?> _output = new("--output", "-o") { Description = "File to write. Default: standard output", HelpName = "FILE" };
    private readonly Argument<string> _image = new("IMAGE") { Description = "Image to write" };

    public SaveCommand(EngineHost host)
        : base(host, "save", "Write an image to a tar file that docker load reads")
    {
        Options.Add(_output);
        Arguments.Add(_image);
    }

    protected override Task WorkAsync(LocalImages images, ParseResult parsed, CancellationToken ct)
    {
        string? path = parsed.GetValue(_output);
        if (path is null && !Console.IsOutputRedirected)
            throw new UsageException("a tar is not written to a terminal: give -o FILE, or redirect standard output");
        ExportFile file = path is null ? ExportFile.To(Console.OpenStandardOutput()) : ExportFile.At(path);
        return images.SaveAsync(References.Parse(parsed.GetRequiredValue(_image)), file, ct);
    }
}
