using System.CommandLine;
using Caisson.Cli.Calls;
using Caisson.Cli.Hosting;
using Caisson.Cli.Json;
using Caisson.Cli.Progress;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Caisson.Engine.Sources;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson parse</c>: the syntax tree of a Dockerfile with positions.</summary>
internal sealed class ParseCommand : Command
{
    private readonly HostEnvironment _environment;
    private readonly Option<string?> _file = new("--file", "-f") { Description = "Dockerfile; - for standard input. Default: PATH/Dockerfile", HelpName = "FILE" };
    private readonly Option<string?> _format = new("--format") { Description = "How the tree is written: text, which is an outline, or json. Default: text", HelpName = "text|json" };
    private readonly Argument<string> _path = new("PATH") { Description = "Directory that would be built, or the Dockerfile itself; - for standard input. Default: .", DefaultValueFactory = static _ => "." };

    public ParseCommand(HostEnvironment environment)
        : base("parse", "Show the syntax tree of a Dockerfile")
    {
        _environment = environment;
        Options.Add(_file);
        Options.Add(_format);
        Arguments.Add(_path);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        string? format = parsed.GetValue(_format);
        bool isJson = CallRequest.IsJsonFormat(format, $"--format={format}");
        ParsedDockerfile dockerfile = DockerfileParser.Parse(await ReadAsync(parsed, ct));
        if (isJson)
        {
            await Console.Out.WriteLineAsync(SyntaxJson.Write(dockerfile));
        }
        else
        {
            await Console.Out.WriteAsync(SyntaxText.Write(dockerfile));
            DiagnosticPrinter printer = new(Console.Error, _environment.HasColors);
            foreach (Diagnostic found in dockerfile.Diagnostics)
                printer.Print(found);
        }
        return dockerfile.HasErrors ? ExitCodes.Dockerfile : ExitCodes.Success;
    }

    private async Task<SourceText> ReadAsync(ParseResult parsed, CancellationToken ct)
    {
        string path = parsed.GetRequiredValue(_path);
        string? file = parsed.GetValue(_file);
        if ((file ?? path) == "-")
            return SourceText.FromBytes("-", await ReadBoundedAsync(Console.OpenStandardInput(), ct));
        return DockerfileText.Read(new BuildRequest { Context = BuildContext.FromDirectory(path), DockerfilePath = file is null && File.Exists(path) ? path : file });
    }

    // One byte more than may be: so the text knows that it is too long.
    private static async Task<byte[]> ReadBoundedAsync(Stream input, CancellationToken ct)
    {
        await using (input)
        {
            byte[] bytes = new byte[SourceText.MaxSize + 1];
            int length = await input.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
            return bytes[..length];
        }
    }
}
