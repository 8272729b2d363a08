using System.Collections.Immutable;
using System.Text;
using Caisson.Engine.Graph;
using Caisson.Engine.Secrets;

namespace Caisson.Engine.Steps;

/// <summary>The secrets in a step's environment.</summary>
internal static class SecretVariables
{
    /// <summary>The environment of a step: what it says itself, and the secrets. A secret goes before a variable of its name.</summary>
    /// <exception cref="StepException">A secret that the step requires was not given to the build.</exception>
    public static async Task<ImmutableArray<string>> AddToAsync(ImmutableArray<string> environment, Operation.Run run, SecretStore secrets, CancellationToken ct)
    {
        if (run.SecretEnvironment.IsEmpty)
            return environment;
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        for (int i = 0; i < run.SecretEnvironment.Length; i++)
        {
            SecretVariable variable = run.SecretEnvironment[i];
            ReadOnlyMemory<byte>? content = await secrets.TryReadAsync(variable.Id, ct).ConfigureAwait(false);
            if (content is null && variable.IsRequired)
                throw Missing(variable.Id, run.Mounts.Length + i);
            values[variable.Name] = content is { } bytes ? Text(variable, bytes.Span, run.Mounts.Length + i) : "";
        }
        return [.. environment.Where(v => !values.ContainsKey(v.Split('=', 2)[0])), .. values.Select(static v => $"{v.Key}={v.Value}")];
    }

    /// <summary>The failure of a step that requires a secret.</summary>
    /// <param name="id">Which secret.</param>
    /// <param name="part">Which part of the instruction asks for it.</param>
    public static StepException Missing(string id, int part) => new(
        EngineCodes.SecretMissing,
        $"the step needs the secret \"{id}\", which the build was not given",
        $"give it with --secret id={id},src=FILE or --secret id={id},env=NAME")
    {
        Part = part,
    };

    // environ(7): a string ends at its first NUL; what lies behind would be lost without a word.
    private static string Text(SecretVariable variable, ReadOnlySpan<byte> content, int part)
    {
        if (content.Contains((byte)0) || !System.Text.Unicode.Utf8.IsValid(content))
        {
            string message = $"the secret \"{variable.Id}\" is no text, and cannot be the value of the variable {variable.Name}";
            throw new StepException(EngineCodes.SecretNotText, message, "mount it as a file: target=/run/secrets/" + variable.Id) { Part = part };
        }
        return Encoding.UTF8.GetString(content);
    }
}
