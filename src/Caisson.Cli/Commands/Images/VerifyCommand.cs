using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Cli.Progress;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Caisson.Evidence.Signing;
using Caisson.Evidence.Verification;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson verify</c>.</summary>
internal sealed class VerifyCommand : Command
{
    private readonly EngineHost _host;
    private readonly Option<string?> _key = new("--key") { Description = "Verify who signed what is kept beside the image: public key in PEM (ECDSA, P-256)", HelpName = "FILE" };
    private readonly Option<string?> _bundle = new("--bundle") { Description = "Bundle that the image is said to come from. Default: the one that is kept beside it", HelpName = "BUNDLE" };
    private readonly SecretOptions _secrets = new();
    private readonly ProgressOptions _progress = new();
    private readonly Option<string?> _platform = new("--platform") { Description = "Platform whose image is meant, in an image for several. Default: the index itself", HelpName = "PLATFORM" };
    private readonly Option<string?> _format = PlaceArguments.Format();
    private readonly Option<bool> _raw = new("--raw") { Description = "Write the first verified statement byte for byte, and nothing else" };
    private readonly Argument<string> _image = PlaceArguments.Image("IMAGE", "Image or bundle");

    public VerifyCommand(EngineHost host)
        : base("verify", "Verify an image or a bundle: repeat the build without a network and compare; or, with --key, verify whose signature the image has, and that it is about this very image")
    {
        _host = host;
        foreach (Option option in (Option[])[_key, _bundle, _platform, _format, _raw, .. _secrets.All, .. _progress.All])
            Options.Add(option);
        Arguments.Add(_image);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        if (parsed.GetValue(_key) is null)
            return await RepeatAsync(parsed, ct);
        Check(parsed);
        BuildEngine engine = await _host.OpenAsync(parsed, ct);
        await using (engine)
            return await engine.Places.UseAsync(places => VerifyKeyAsync(places, parsed, ct));
    }

    private async Task<int> RepeatAsync(ParseResult parsed, CancellationToken ct)
    {
        if (parsed.GetValue(_platform) is not null || parsed.GetValue(_format) is not null || parsed.GetValue(_raw))
            throw new UsageException("--platform, --format and --raw go with --key: without it the whole build is repeated and compared");
        RepeatedVerification verification = RepeatedVerification.Of(parsed.GetRequiredValue(_image), parsed.GetValue(_bundle));
        _host.Enter();
        NetworkEntry.Cut(_host.Environment);
        if (!_progress.IsQuiet(parsed))
            NetworkEntry.Tell(Console.Error);
        BuildEngine engine = await _host.OpenAsync(parsed, ct);
        await using (engine)
        {
            string said = await engine.Places.UseAsync(places => verification.RunAsync(engine, places, _secrets.Read(parsed, _host.Environment), _progress.ViewOf(parsed, _host.Environment), ct));
            await Console.Out.WriteLineAsync(said);
        }
        return ExitCodes.Success;
    }

    private void Check(ParseResult parsed)
    {
        if (parsed.GetValue(_bundle) is not null)
            throw new UsageException("--bundle and --key exclude each other: a bundle is repeated, a signature is verified");
        if (PlaceArguments.IsJson(parsed.GetValue(_format)) && parsed.GetValue(_raw))
            throw new UsageException("--raw and --format exclude each other");
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_image));
        PlaceArguments.ReadPlatform(parsed.GetValue(_platform));
    }

    private async Task<int> VerifyKeyAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        using VerifyingKey key = VerifyingKey.Open(parsed.GetValue(_key)!);
        ImagePlace place = PlaceArguments.ReadPlace(parsed.GetRequiredValue(_image));
        Platform? platform = PlaceArguments.ReadPlatform(parsed.GetValue(_platform));
        GraphReading reading = platform is null ? new GraphReading { Wants = static _ => false } : GraphReading.For(platform);
        ImageGraph graph = await places.OpenAsync(place, reading with { WithReferrers = true }, ct);
        Digest image = graph.Root.Digest;
        if (platform is not null)
        {
            Image found = await graph.GetImageAsync(platform, ct);
            image = found.Descriptor.Digest;
        }
        (ImmutableArray<VerifiedStatement> verified, ImmutableArray<Diagnostic> problems) = await ImageVerification.VerifyAsync(graph, image, key, ct);
        DiagnosticPrinter printer = new(Console.Error, _host.Environment.HasColors);
        foreach (Diagnostic problem in problems)
            printer.Print(problem with { Severity = Severity.Warning });
        if (parsed.GetValue(_raw))
            await WriteAsync(verified[0].Statement, ct);
        else if (PlaceArguments.IsJson(parsed.GetValue(_format)))
            Console.Out.WriteLine(VerificationJson.Write(graph.Place, image, verified));
        else
            VerificationText.Write(graph.Place, image, verified, Console.Out);
        return ExitCodes.Success;
    }

    private static async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        Stream output = Console.OpenStandardOutput();
        await using (output)
            await output.WriteAsync(bytes, ct);
    }
}
