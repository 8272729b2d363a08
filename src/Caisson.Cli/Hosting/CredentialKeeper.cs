using System.Text.Json;
using Caisson.Engine;
using Caisson.Oci.Registry;

namespace Caisson.Cli.Hosting;

/// <summary>Keeps and forgets credentials: in the file, or with the helper that the file names.</summary>
/// <param name="path">The file, made when it is needed.</param>
internal sealed class CredentialKeeper(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The keys that there are credentials under.</summary>
    /// <exception cref="BuildException">The file cannot be read.</exception>
    public IReadOnlyList<string> Keys => Read().Keys;

    /// <summary>Keeps a user and a password.</summary>
    /// <returns>Where: the file, or the program.</returns>
    /// <exception cref="BuildException">The file cannot be changed, or the helper fails.</exception>
    public async Task<string> KeepAsync(string registry, RegistryCredential.Password credential, CancellationToken ct)
    {
        DockerConfigEditor editor = Read();
        string key = DockerConfigEditor.KeyOf(registry);
        string? helper = HelperOf(editor, key);
        if (helper is null)
            editor.Set(key, credential);
        else
        {
            await AskAsync(helper, "store", Json(key, credential), ct);
            editor.SetKeptElsewhere(key);
        }
        Write(editor);
        return helper is null ? path : "docker-credential-" + helper;
    }

    /// <summary>Forgets what is kept under a key; false when there is nothing.</summary>
    /// <exception cref="BuildException">The file cannot be changed, or the helper fails.</exception>
    public async Task<bool> ForgetAsync(string key, CancellationToken ct)
    {
        DockerConfigEditor editor = Read();
        bool isErased = HelperOf(editor, key) is { } helper && await AskAsync(helper, "erase", key, ct);
        bool isRemoved = editor.Remove(key);
        if (isRemoved)
            Write(editor);
        return isRemoved || isErased;
    }

    // The helper's name is checked where it is read.
    private string? HelperOf(DockerConfigEditor editor, string key)
    {
        try
        {
            return editor.HelperOf(key);
        }
        catch (FormatException e)
        {
            throw Failed($"{path}: {e.Message}", e);
        }
    }

    private static async Task<bool> AskAsync(string helper, string action, string input, CancellationToken ct)
    {
        CredentialHelperResult result;
        try
        {
            result = await CredentialFiles.RunHelperAsync(new CredentialHelperRequest(helper, action, input), ct);
        }
        catch (Linux.Processes.ProcessStartException e)
        {
            throw Failed($"docker-credential-{helper} cannot be run: {e.Message}", e);
        }
        if (result.ExitCode == 0)
            return true;
        // By the protocol, this sentence is how a helper says that it has none.
        return action == "erase" && result.Output.Contains("credentials not found", StringComparison.OrdinalIgnoreCase)
            ? false
            : throw Failed($"docker-credential-{helper} {action} failed with exit code {result.ExitCode}", cause: null);
    }

    private DockerConfigEditor Read()
    {
        try
        {
            return DockerConfigEditor.Parse(File.Exists(path) ? File.ReadAllText(path) : null);
        }
        catch (FormatException e)
        {
            throw Failed($"{path}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed($"{path} cannot be read: {e.Message}", e);
        }
    }

    // Whole or not at all, and never readable by others, not for a moment.
    private void Write(DockerConfigEditor editor)
    {
        try
        {
            string target = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
            string directory = Path.GetDirectoryName(Path.GetFullPath(target)) ?? "/";
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
            string temporary = Path.Combine(directory, $".{Path.GetFileName(target)}.{Environment.ProcessId}");
            FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
            try
            {
                using (FileStream file = new(temporary, options))
                {
                    file.Write(System.Text.Encoding.UTF8.GetBytes(editor.ToText()));
                    file.Flush(flushToDisk: true);
                }
                File.Move(temporary, target, overwrite: true);
            }
            finally
            {
                File.Delete(temporary); // what is in it is secret; it is gone when all went well
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed($"{path} cannot be written: {e.Message}", e);
        }
    }

    private static BuildException Failed(string message, Exception? cause) =>
        new(EngineCodes.CredentialStoreFailed, message, "correct it, or name another directory in DOCKER_CONFIG", cause);

    private static string Json(string key, RegistryCredential.Password credential)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("ServerURL", key);
            json.WriteString("Username", credential.User);
            json.WriteString("Secret", credential.Secret);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }
}
