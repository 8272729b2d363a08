using System.CommandLine;
using System.Text;
using Caisson.Cli.Hosting;
using Caisson.Engine;
using Caisson.Oci.Registry;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson login</c>: asks a registry whether a password is right, and keeps it.</summary>
internal sealed class LoginCommand : Command
{
    private const int MaxPasswordBytes = 64 << 10;
    private readonly EngineHost _host;
    private readonly Option<string?> _user = new("--username", "-u") { Description = "User name; asked for when it is not given", HelpName = "USER" };
    private readonly Option<string?> _password = new("--password", "-p") { Description = "Password. Everyone on this machine can read it there: use --password-stdin", HelpName = "PASSWORD" };
    private readonly Option<bool> _fromInput = new("--password-stdin") { Description = "Take the password from standard input" };
    private readonly Argument<string?> _registry = new("REGISTRY") { Description = "Registry, host[:port]. Default: docker.io", Arity = ArgumentArity.ZeroOrOne };

    public LoginCommand(EngineHost host)
        : base("login", "Log in to a registry")
    {
        _host = host;
        foreach (Option option in (Option[])[_user, _password, _fromInput])
            Options.Add(option);
        Arguments.Add(_registry);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        string registry = RegistryName.Parse(parsed.GetValue(_registry));
        RegistryCredential.Password credential = await ReadAsync(parsed, registry, ct);
        RegistryOptions options = _host.RegistryOf(parsed) with { Credentials = new GivenCredentials(registry, credential) };
        bool isAsked;
        using (RemoteRegistries registries = new(options))
            isAsked = await registries.CheckLoginAsync(registry, credential.User, ct);
        if (!isAsked)
            await Console.Error.WriteLineAsync($"warning: {registry} lets everybody in: whether the password is right is not known");
        string place = await new CredentialKeeper(CredentialFiles.Own(_host.Environment)).KeepAsync(registry, credential, ct);
        await Console.Out.WriteLineAsync($"Logged in to {registry} as {credential.User}; kept in {place}");
        return ExitCodes.Success;
    }

    private async Task<RegistryCredential.Password> ReadAsync(ParseResult parsed, string registry, CancellationToken ct)
    {
        string? password = parsed.GetValue(_password);
        string? user = parsed.GetValue(_user);
        if (password is not null && parsed.GetValue(_fromInput))
            throw new UsageException("--password and --password-stdin: give one of them");
        if (password is not null)
            await Console.Error.WriteLineAsync("warning: a password on the command line is seen by everyone on this machine, and stays in the shell's history; use --password-stdin");
        if (parsed.GetValue(_fromInput))
        {
            password = await Prompt.ReadAsync(ReadInput, ct);
            if (user is null)
                throw new UsageException("--password-stdin needs --username");
        }
        user ??= await Prompt.AskAsync($"User name for {registry}: ", ct) ?? throw new UsageException("--username is missing, and standard input is no terminal to ask on");
        password ??= await Prompt.AskHiddenAsync($"Password of {user} for {registry}: ", ct) ?? throw new UsageException("--password-stdin is missing, and standard input is no terminal to ask on");
        if (user.Length == 0 || user.Contains(':', StringComparison.Ordinal))
            throw new UsageException("the user name is empty or has a colon in it");
        return password.Length > 0 ? new RegistryCredential.Password(user, password) : throw new UsageException("the password is empty");
    }

    // What a file or a program ends with is no part of a password.
    private static string ReadInput()
    {
        using Stream input = Console.OpenStandardInput();
        byte[] bytes = new byte[MaxPasswordBytes + 1];
        int count = input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return count <= MaxPasswordBytes ? Encoding.UTF8.GetString(bytes, 0, count).TrimEnd('\r', '\n') : throw new UsageException($"the password is longer than {MaxPasswordBytes} bytes");
    }
}
