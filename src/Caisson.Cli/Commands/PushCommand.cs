using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson push</c>.</summary>
internal sealed class PushCommand : StoreCommand
{
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Write nothing when all went well" };
    private readonly Argument<string> _image = new("IMAGE") { Description = "Image to bring to its registry" };
    private readonly Argument<string?> _target = new("TARGET") { Description = "Its name there, when it is another", Arity = ArgumentArity.ZeroOrOne };

    public PushCommand(EngineHost host)
        : base(host, "push", "Bring an image to a registry")
    {
        Options.Add(_quiet);
        Arguments.Add(_image);
        Arguments.Add(_target);
    }

    protected override async Task WorkAsync(LocalImages images, ParseResult parsed, CancellationToken ct)
    {
        Reference name = References.Parse(parsed.GetRequiredValue(_image));
        Reference? target = parsed.GetValue(_target) is { } text ? References.Parse(text) : null;
        Descriptor pushed = await images.PushAsync(name, target, ct);
        if (!parsed.GetValue(_quiet))
            await Console.Out.WriteLineAsync($"{(target ?? name).WithDefaultTag()}@{pushed.Digest}");
    }
}
