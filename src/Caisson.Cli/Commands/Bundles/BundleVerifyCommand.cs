using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Caisson.Cli.Commands.Images;
using Caisson.Cli.Hosting;
using Caisson.Cli.Progress;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Caisson.Engine.Bundling;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands.Bundles;

/// <summary><c>caisson bundle verify</c>.</summary>
internal sealed class BundleVerifyCommand : PlaceCommand
{
    private readonly Argument<string> _bundle = BundlePlaces.Argument();
    private readonly Option<string?> _digest = new("--digest") { Description = "Digest that the bundle must have: what bundle create said", HelpName = "DIGEST" };

    public BundleVerifyCommand(EngineHost host)
        : base(host, "verify", "Look at every byte of a bundle, and name what is damaged or missing; nothing is built")
    {
        Options.Add(_digest);
        Arguments.Add(_bundle);
    }

    protected override void Check(ParseResult parsed) => Read(parsed.GetValue(_digest));

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        ImagePlace place = BundlePlaces.Read(parsed.GetRequiredValue(_bundle));
        Bundle bundle = await places.OpenBundleAsync(place, ct);
        if (Read(parsed.GetValue(_digest)) is { } expected && bundle.Digest != expected)
            throw new BuildException(EngineCodes.BadBundle, $"{place} is another bundle: expected {expected}, got {bundle.Digest}", "get it again from where it was made");
        ImmutableArray<Diagnostic> problems = await places.VerifyAsync(bundle, place, ct);
        if (!problems.IsEmpty)
            throw new BuildException(problems);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{place} is whole: {bundle.Parts.Count} parts, {Bytes.Show(bundle.SizeBytes)}, {bundle.Digest}"));
        return ExitCodes.Success;
    }

    private static Digest? Read(string? text) => text is null ? null : Digest.TryParse(text, out Digest? digest) ? digest : throw new UsageException($"--digest={text}: write sha256: and 64 hexadecimal digits");
}
