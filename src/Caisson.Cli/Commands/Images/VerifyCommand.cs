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
internal sealed class VerifyCommand : PlaceCommand
{
    private readonly Option<string> _key = new("--key") { Description = "Public key in PEM of whoever signed (ECDSA, P-256)", HelpName = "FILE", Required = true };
    private readonly Option<string?> _platform = new("--platform") { Description = "Platform whose image is meant, in an image for several. Default: the index itself", HelpName = "PLATFORM" };
    private readonly Option<string?> _format = PlaceArguments.Format();
    private readonly Option<bool> _raw = new("--raw") { Description = "Write the first verified statement byte for byte, and nothing else" };
    private readonly Argument<string> _image = PlaceArguments.Image();

    public VerifyCommand(EngineHost host)
        : base(host, "verify", "Verify what is said of an image and kept beside it: whose signature it has, and that it is about this very image")
    {
        Options.Add(_key);
        Options.Add(_platform);
        Options.Add(_format);
        Options.Add(_raw);
        Arguments.Add(_image);
    }

    protected override void Check(ParseResult parsed)
    {
        if (PlaceArguments.IsJson(parsed.GetValue(_format)) && parsed.GetValue(_raw))
            throw new UsageException("--raw and --format exclude each other");
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_image));
        PlaceArguments.ReadPlatform(parsed.GetValue(_platform));
    }

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        using VerifyingKey key = VerifyingKey.Open(parsed.GetRequiredValue(_key));
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
        DiagnosticPrinter printer = new(Console.Error, Environment.HasColors);
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
