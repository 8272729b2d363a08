using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;
using Caisson.Linux.Processes;
using Caisson.Oci.Images;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson base debian</c>: a base image straight from a distribution's package repository.</summary>
internal sealed class BaseCommand : Command
{
    public BaseCommand(EngineHost host)
        : base("base", "Make a base image from a distribution's package repository")
    {
        Subcommands.Add(new DebianCommand(host));
    }

    private sealed class DebianCommand : Command
    {
        private readonly EngineHost _host;
        private readonly Option<string> _suite = new("--suite") { Description = "Release, such as bookworm", HelpName = "SUITE", Required = true };
        private readonly Option<string[]> _mirrors = new("--mirror") { Description = "Address of a package repository; may be repeated. Default: those of this machine's apt configuration", HelpName = "URL", DefaultValueFactory = static _ => [] };
        private readonly Option<string[]> _components = new("--component") { Description = "Part of the repository; may be repeated. Default: main", HelpName = "NAME", DefaultValueFactory = static _ => [] };
        private readonly Option<string[]> _packages = new("--package") { Description = "Package to add; may be repeated", HelpName = "NAME", DefaultValueFactory = static _ => [] };
        private readonly Option<string?> _variant = new("--variant") { Description = "What the image begins with: minbase, apt, or extract (packages unpacked; no apt, no dpkg, no shell). Default: minbase", HelpName = "minbase|apt|extract" };
        private readonly Option<string?> _keyring = new("--keyring") { Description = "Keys that must have signed the repository. Default: the distribution's", HelpName = "FILE" };
        private readonly Option<string> _tag = new("--tag", "-t") { Description = "Name for the image", HelpName = "REF", Required = true };
        private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show nothing but the image" };

        public DebianCommand(EngineHost host)
            : base("debian", "Make one from a Debian-style repository, signatures checked")
        {
            _host = host;
            foreach (Option option in (Option[])[_suite, _mirrors, _components, _packages, _variant, _keyring, _tag, _quiet])
                Options.Add(option);
            SetAction(RunAsync);
        }

        private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
        {
            string[] components = parsed.GetValue(_components) ?? [];
            DebianBaseRequest request = new()
            {
                Suite = parsed.GetRequiredValue(_suite),
                Name = References.Parse(parsed.GetRequiredValue(_tag)),
                Mirrors = [.. parsed.GetValue(_mirrors) ?? []],
                Components = components.Length == 0 ? ["main"] : [.. components],
                Packages = [.. parsed.GetValue(_packages) ?? []],
                Variant = parsed.GetValue(_variant) switch
                {
                    null or "minbase" => DebianVariant.Minbase,
                    "apt" => DebianVariant.Apt,
                    "extract" => DebianVariant.Extract,
                    string other => throw new UsageException($"--variant={other}: write minbase, apt or extract"),
                },
                Keyring = parsed.GetValue(_keyring),
            };
            BuildEngine engine = await _host.OpenAsync(parsed, ct);
            await using (engine)
            {
                Image image = await engine.MakeDebianBaseAsync(request, new StandardError(parsed.GetValue(_quiet)), ct);
                await Console.Out.WriteLineAsync($"{request.Name.WithDefaultTag().Familiar}@{image.Descriptor.Digest}");
            }
            return ExitCodes.Success;
        }
    }

    private sealed class StandardError(bool isQuiet) : IProcessOutput
    {
        private readonly Stream _stream = Console.OpenStandardError();

        public void Write(OutputStream stream, ReadOnlySpan<byte> bytes)
        {
            if (isQuiet)
                return;
            lock (_stream)
                _stream.Write(bytes);
        }
    }
}
