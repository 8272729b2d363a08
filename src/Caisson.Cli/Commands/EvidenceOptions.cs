using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;
using Caisson.Evidence.Provenance;

namespace Caisson.Cli.Commands;

/// <summary>The options <c>--provenance</c> and <c>--attest</c>, in the spelling of <c>docker buildx build</c>, and <c>--sign</c>.</summary>
internal sealed class EvidenceOptions
{
    private const string SignName = "--sign";

    private readonly Option<string?> _provenance = new("--provenance") { Description = "Say how the image was built, and keep that beside it: true, false, or mode=min|max,builder-id=URI,version=v1|v0.2,reproducible=true|false,filename=NAME,inline-only=true|false; write the value behind =, or none for true. Default: false", HelpName = "[=true|false|KEY=VALUE[,…]]" };
    private readonly Option<string[]> _attest = new("--attest") { Description = "The same, as type=provenance[,disabled=true][,…]; may be repeated", HelpName = "type=provenance[,…]", DefaultValueFactory = static _ => [] };
    private readonly Option<string?> _sign = new(SignName) { Description = "Sign what is said of the image, with a private key in PEM (ECDSA, P-256): a file, or key=FILE,passphrase-file=FILE|passphrase-env=NAME when it is encrypted. Says what --provenance does", HelpName = "KEY" };

    /// <summary>The options to add to a command.</summary>
    public IEnumerable<Option> All => [_provenance, _attest, _sign];

    /// <summary>What the command line asks for.</summary>
    /// <exception cref="UsageException">An option is not understood.</exception>
    public EvidenceRequest Read(ParseResult parsed, HostEnvironment environment) => Read(parsed.GetValue(_provenance), parsed.GetValue(_attest) ?? [], parsed.GetValue(_sign), environment);

    /// <summary>What values of the options ask for.</summary>
    /// <exception cref="UsageException">One is not understood.</exception>
    internal static EvidenceRequest Read(string? provenance, IEnumerable<string> attestations, string? sign, HostEnvironment environment)
    {
        bool isAsked = sign is not null;
        ProvenanceOptions options = new();
        foreach (string value in attestations)
        {
            OptionList list = OptionList.Parse(value, "--attest");
            if (list.Take("type") is var type && type != "provenance")
                throw new UsageException($"--attest {value}: {(type is null ? "type= is missing" : $"\"{type}\" is no type of attestation here")}; write type=provenance");
            isAsked = !list.TakeFlag("disabled");
            options = ProvenanceValues.Read(list, $"--attest {value}");
        }
        // The shorter option goes before the longer, as with buildx.
        if (provenance is "true" or "false" or "1" or "0")
            isAsked = provenance is "true" or "1";
        else if (provenance is not null)
            (isAsked, options) = (true, ProvenanceValues.Read(OptionList.Parse(provenance, "--provenance"), $"--provenance {provenance}"));
        if (!isAsked)
            return sign is null ? new EvidenceRequest(null, null) : throw new UsageException("--sign signs what --provenance says, and that is switched off: leave one of them out");
        return sign is null ? new EvidenceRequest(options, null) : Sign(options, sign, environment);
    }

    private static EvidenceRequest Sign(ProvenanceOptions options, string sign, HostEnvironment environment)
    {
        if (!sign.Contains('=', StringComparison.Ordinal))
            return new EvidenceRequest(options, sign);
        OptionList list = OptionList.Parse(sign, SignName);
        string path = list.Take("key") is { Length: > 0 } key ? key : throw new UsageException($"{SignName} {sign}: key= is missing, the file of the key");
        string? passphrase = null;
        if (list.Take("passphrase-env") is { } variable)
            passphrase = environment.Variables.GetValueOrDefault(variable) ?? throw new UsageException($"{SignName} {sign}: the environment has no {variable}");
        else if (list.Take("passphrase-file") is { } file)
            passphrase = ReadPassphrase(file);
        list.RequireEmpty();
        return new EvidenceRequest(options, path) { Passphrase = passphrase };
    }

    // Without the end of its line, which editors add.
    private static string ReadPassphrase(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.KeyUnusable, $"the passphrase of the key cannot be read: {e.Message}", "name a file that can be read: passphrase-file=FILE", e);
        }
    }
}
