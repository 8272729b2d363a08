using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Caisson.Cli.Commands.Images;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Cli.Progress;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson vendor go</c>: a Go module with all of its dependencies, as one archive.</summary>
internal sealed class VendorCommand : Command
{
    public VendorCommand(EngineHost host)
        : base("vendor", "Pack sources with all that they depend on, for a build without a network")
    {
        Subcommands.Add(new GoCommand(host));
    }

    private sealed class GoCommand : Command
    {
        // What the go of the machine is told of where modules come from; it sees nothing else of the environment.
        private static readonly ImmutableArray<string> Passed =
            ["GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB", "GOINSECURE", "GOVCS", "GOAUTH", "NETRC", "SSL_CERT_FILE", "SSL_CERT_DIR"];

        private readonly EngineHost _host;
        private readonly Option<string?> _toolchain = new("--toolchain") { Description = "Go that is to build it, such as go1.15.9. Default: that of --toolchain-from, else of this machine", HelpName = "VERSION" };
        private readonly Option<string?> _toolchainFrom = new("--toolchain-from") { Description = $"Image whose Go is to build it: {PlaceArguments.Forms}", HelpName = "IMAGE" };
        private readonly Option<string?> _mode = new("--mode") { Description = "How dependencies are packed: vendor (go mod vendor) or modcache (whole modules, as a proxy in files). Default: vendor", HelpName = "vendor|modcache" };
        private readonly Option<string?> _reference = new("--ref") { Description = "Tag, branch or commit to take. Default: of a repository the newest version that fits, of a directory its files as they are", HelpName = "REF" };
        private readonly Option<bool> _latest = new("--latest") { Description = "Of a directory too, take the newest version that fits, by its git tags" };
        private readonly Option<string?> _moduleDirectory = new("--module-dir") { Description = "Directory of the module in the repository, if it is not the top", HelpName = "DIR" };
        private readonly Option<bool> _candidates = new("--pre-releases") { Description = "Take versions such as v1.2.0-rc.1 as well" };
        private readonly Option<bool> _allowsNewer = new("--allow-newer-go") { Description = "With --ref or a directory: take what asks for a newer Go, if the toolchain is one before 1.21, which tries to build that" };
        private readonly Option<string?> _output = new("--output", "-o") { Description = "Archive to write. Default: NAME-VERSION.tar.gz", HelpName = "FILE" };
        private readonly Option<string?> _manifest = new("--manifest") { Description = "Write the manifest, which is in the archive, to this file as well", HelpName = "FILE" };
        private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show nothing but the archive's digest" };
        private readonly SecretOptions _secrets = new();
        private readonly SshOptions _ssh = new();
        private readonly GitSignersOption _signers = new();
        private readonly Argument<string> _source = new("SOURCE") { Description = "Directory, or address of a git repository, with #REF:DIR behind it where that is wanted" };

        public GoCommand(EngineHost host)
            : base("go", "Pack a Go module: the newest version that a toolchain supports, its dependencies, and a manifest")
        {
            _host = host;
            foreach (Option option in (Option[])[_toolchain, _toolchainFrom, _mode, _reference, _latest, _moduleDirectory, _candidates, _allowsNewer, _output, _manifest, _quiet, .. _secrets.All, .. _ssh.All, _signers])
                Options.Add(option);
            Arguments.Add(_source);
            SetAction(RunAsync);
        }

        private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
        {
            GoVendorRequest request = RequestOf(parsed);
            bool isQuiet = parsed.GetValue(_quiet);
            BuildEngine engine = await _host.OpenAsync(parsed, ct);
            await using (engine)
            {
                // What modules and repositories say is not for the terminal to act on.
                GoVendorResult result = await engine.VendorGoAsync(request, line => Report(isQuiet, Shown.Line(line)), ct);
                string modules = result.Modules == 1 ? "1 module" : string.Create(CultureInfo.InvariantCulture, $"{result.Modules} modules");
                await Console.Out.WriteLineAsync(isQuiet ? result.Digest.Value : $"{result.Path}: {Bytes.Show(result.SizeBytes)}, {modules} besides its own, {result.Digest}");
            }
            return ExitCodes.Success;
        }

        private GoVendorRequest RequestOf(ParseResult parsed)
        {
            string source = parsed.GetRequiredValue(_source);
            if (parsed.GetValue(_toolchain) is not null && parsed.GetValue(_toolchainFrom) is not null)
                throw new UsageException("--toolchain and --toolchain-from exclude each other");
            if (parsed.GetValue(_latest) && parsed.GetValue(_reference) is not null)
                throw new UsageException("--latest and --ref exclude each other");
            return new GoVendorRequest
            {
                Source = source,
                Reference = parsed.GetValue(_reference),
                TakesNewestTag = parsed.GetValue(_latest),
                ModuleDirectory = parsed.GetValue(_moduleDirectory) ?? "",
                TakesCandidates = parsed.GetValue(_candidates),
                Toolchain = parsed.GetValue(_toolchain),
                ToolchainFrom = parsed.GetValue(_toolchainFrom) is { } place ? PlaceArguments.ReadPlace(place) : null,
                AllowsNewerGo = parsed.GetValue(_allowsNewer),
                Mode = parsed.GetValue(_mode) switch
                {
                    null or "vendor" => GoVendorMode.Vendor,
                    "modcache" => GoVendorMode.ModuleCache,
                    string other => throw new UsageException($"--mode={other}: write vendor or modcache"),
                },
                OutputPath = parsed.GetValue(_output),
                ManifestPath = parsed.GetValue(_manifest),
                SourceDateEpoch = _host.Environment.Find("SOURCE_DATE_EPOCH") is { } epoch ? ReadEpoch(epoch) : null,
                GoEnvironment = _host.Environment.Variables.Where(static v => Passed.Contains(v.Key)).ToImmutableSortedDictionary(StringComparer.Ordinal),
                Secrets = _secrets.Read(parsed, _host.Environment),
                SshAgents = _ssh.Read(parsed, _host.Environment, source),
                GitSigners = _signers.Read(parsed),
            };
        }

        private static long ReadEpoch(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds)
            ? seconds
            : throw new BuildException(EngineCodes.BadSourceDate, $"SOURCE_DATE_EPOCH is \"{text}\", which is no time", "give seconds since 1970: date +%s");

        private static void Report(bool isQuiet, string line)
        {
            if (!isQuiet)
                Console.Error.WriteLine(line);
        }
    }
}
