using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Engine;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson registry</c>: what registries hold.</summary>
internal sealed class RegistryCommand : Command
{
    public RegistryCommand(EngineHost host)
        : base("registry", "Look into registries, and remove from them")
    {
        Subcommands.Add(new List(host));
        Subcommands.Add(new Tags(host));
        Subcommands.Add(new Referrers(host));
        Subcommands.Add(new Remove(host));
    }

    private abstract class Part : Command
    {
        private readonly EngineHost _host;

        protected Part(EngineHost host, string name, string description)
            : base(name, description)
        {
            _host = host;
            SetAction(RunAsync);
        }

        protected abstract Task WorkAsync(RemoteRegistries registries, ParseResult parsed, CancellationToken ct);

        private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
        {
            using RemoteRegistries registries = new(_host.RegistryOf(parsed));
            await WorkAsync(registries, parsed, ct);
            return ExitCodes.Success;
        }
    }

    // What a registry says is not for the terminal to act on.
    private static Task WriteAsync(string said) => Console.Out.WriteLineAsync(Shown.Line(said));

    private sealed class List : Part
    {
        private readonly Argument<string> _registry = new("REGISTRY") { Description = "Registry, host[:port]" };

        public List(EngineHost host)
            : base(host, "ls", "List the repositories of a registry; few public ones allow it") => Arguments.Add(_registry);

        protected override Task WorkAsync(RemoteRegistries registries, ParseResult parsed, CancellationToken ct) =>
            registries.ListRepositoriesAsync(RegistryName.Parse(parsed.GetRequiredValue(_registry)), WriteAsync, ct);
    }

    private sealed class Tags : Part
    {
        private readonly Argument<string> _repository = new("REPOSITORY") { Description = "Repository, such as registry.example/team/app" };

        public Tags(EngineHost host)
            : base(host, "tags", "List the tags of a repository") => Arguments.Add(_repository);

        protected override Task WorkAsync(RemoteRegistries registries, ParseResult parsed, CancellationToken ct) =>
            registries.ListTagsAsync(References.Parse(parsed.GetRequiredValue(_repository)), WriteAsync, ct);
    }

    private sealed class Referrers : Part
    {
        private readonly Option<string?> _type = new("--artifact-type") { Description = "List only those of this type", HelpName = "TYPE" };
        private readonly Argument<string> _image = new("IMAGE") { Description = "Image, by tag or digest" };

        public Referrers(EngineHost host)
            : base(host, "referrers", "List what belongs to an image: signatures, bills of material and the like")
        {
            Options.Add(_type);
            Arguments.Add(_image);
        }

        protected override async Task WorkAsync(RemoteRegistries registries, ParseResult parsed, CancellationToken ct)
        {
            foreach (Descriptor found in await registries.ListReferrersAsync(References.Parse(parsed.GetRequiredValue(_image)), parsed.GetValue(_type), ct))
                await Console.Out.WriteLineAsync($"{found.Digest}  {Shown.Line(found.ArtifactType ?? found.MediaType)}");
        }
    }

    private sealed class Remove : Part
    {
        private readonly Option<bool> _manifest = new("--manifest") { Description = "Remove what the tag stands for, and with it all of its tags" };
        private readonly Argument<string[]> _images = new("IMAGE") { Description = "Tags, or images by digest", Arity = ArgumentArity.OneOrMore };

        public Remove(EngineHost host)
            : base(host, "rm", "Remove tags from a registry, or images by digest")
        {
            Options.Add(_manifest);
            Arguments.Add(_images);
        }

        protected override async Task WorkAsync(RemoteRegistries registries, ParseResult parsed, CancellationToken ct)
        {
            foreach (string image in parsed.GetRequiredValue(_images))
                await Console.Out.WriteLineAsync($"Removed: {await registries.RemoveAsync(References.Parse(image), parsed.GetValue(_manifest), ct)}");
        }
    }
}
