using System.Collections.Immutable;
using System.Globalization;
using Caisson.Linux.Sandbox;

namespace Caisson.Engine.Graph;

/// <summary>
/// What decides the result of an operation, in words: <c>NAME=VALUE</c>, each name once. They tell people what changed between two builds; keys never
/// come from them. Without the user names and passwords of addresses.
/// </summary>
internal static class OperationWords
{
    /// <summary>The whole command.</summary>
    public const string Command = "command";

    /// <summary>What is copied.</summary>
    public const string Sources = "sources";

    /// <summary>A variable that <c>ARG</c> set.</summary>
    public const string Argument = "ARG ";

    /// <summary>Any other variable.</summary>
    public const string Variable = "ENV ";

    /// <summary>Something that is mounted.</summary>
    public const string Mount = "mount ";

    /// <summary>The words of an operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="label">What people read of its node.</param>
    public static ImmutableArray<string> Of(Operation operation, NodeLabel label)
    {
        ImmutableArray<string>.Builder words = ImmutableArray.CreateBuilder<string>();
        switch (operation)
        {
            case Operation.Run run:
                AddRun(words, run, label);
                break;
            case Operation.Copy copy:
                words.Add($"{Sources}={SourcesOf(copy, label)}");
                words.Add($"destination={copy.Destination}{(copy.IntoDirectory && copy.Destination != "/" ? "/" : "")}");
                AddOptional(words, "--chown", copy.Owner);
                AddOptional(words, "--chmod", copy.Mode);
                AddOptional(words, "--link", copy.IsLinked ? "yes" : null);
                AddOptional(words, "directories", copy.TakesDirectories ? "copied themselves" : null);
                AddOptional(words, "what is there", copy.Replaces ? "replaced" : null);
                AddOptional(words, "parents of the destination", copy.MakesParents ? null : "not made");
                break;
            case Operation.MakeDirectory directory:
                words.Add($"directory={directory.Path}");
                AddOptional(words, "owner of the directory", directory.Owner);
                AddOptional(words, "mode of the directory", directory.Mode == Operation.MakeDirectory.UsualMode ? null : Convert.ToString(directory.Mode, 8));
                AddOptional(words, "parents of the directory", directory.MakesParents ? null : "not made");
                break;
            case Operation.MakeFile file:
                words.Add($"file={file.Path}");
                words.Add($"content of the file={Caisson.Oci.Model.Digest.OfBytes(file.Content.AsSpan()).Hex}");
                words.Add($"mode of the file={Convert.ToString(file.Mode, 8)}");
                AddOptional(words, "owner of the file", file.Owner);
                break;
            case Operation.Remove remove:
                words.Add($"removed={remove.Path}");
                AddOptional(words, "wildcards", remove.HasWildcards ? "yes" : null);
                AddOptional(words, "may be missing", remove.AllowsMissing ? "yes" : null);
                break;
            case Operation.Link link:
                words.Add($"link={link.Path}");
                words.Add($"target of the link={link.Target}");
                AddOptional(words, "owner of the link", link.Owner);
                break;
        }
        return words.ToImmutable();
    }

    private static void AddRun(ImmutableArray<string>.Builder words, Operation.Run run, NodeLabel label)
    {
        words.Add($"{Command}={Shown(Quoted(run.Arguments))}");
        foreach (string variable in run.Environment)
        {
            int end = variable.IndexOf('=', StringComparison.Ordinal);
            bool isArgument = label.Arguments.Contains(end < 0 ? variable : variable[..end]);
            words.Add((isArgument ? Argument : Variable) + (end < 0 ? variable + "=" : Shown(variable)));
        }
        words.Add($"working directory={run.WorkingDirectory}");
        AddOptional(words, "user", run.User);
        words.Add($"platform={run.Platform}");
        words.Add($"network={run.Network switch { StepNetwork.None => "none", StepNetwork.Gateway => "gateway", _ => "host" }}");
        words.Add($"security={(run.Security == StepSecurity.Insecure ? "insecure" : "sandbox")}");
        foreach (string device in run.Devices)
            words.Add($"device {device}=yes");
        AddOptional(words, "host name", run.HostName);
        foreach (ExtraHost host in run.ExtraHosts)
            words.Add($"--add-host {host.Name}=yes");
        AddOptional(words, "--shm-size", run.SharedMemoryBytes?.ToString(CultureInfo.InvariantCulture));
        foreach (ResourceLimit limit in run.Limits)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"--ulimit {limit.Name.ToLowerInvariant()}={limit.Soft}:{limit.Hard}"));
        for (int i = 0; i < run.Mounts.Length; i++)
            words.Add($"{Mount}{run.Mounts[i].Target}={MountOf(run.Mounts[i], i < label.Parts.Length ? label.Parts[i].From : null)}");
        foreach (SecretVariable secret in run.SecretEnvironment)
            words.Add($"secret in {secret.Name}={secret.Id}{(secret.IsRequired ? ",required" : "")}");
        AddOptional(words, "exit codes of success", string.Join(", ", run.ExitCodes.Select(static c => c.ToString(CultureInfo.InvariantCulture))));
    }

    private static string MountOf(StepMount mount, string? from) => mount switch
    {
        StepMount.Bind bind => $"type=bind,source={bind.Source}{(from is null ? "" : $" of {from}")}{(bind.IsReadOnly ? "" : ",rw")}{(bind.IsResult ? ",result" : "")}",
        StepMount.Cache cache => $"type=cache{(cache.Input is null ? "" : $",source={cache.Source} of {from}")}{(cache.IsReadOnly ? ",ro" : "")}",
        StepMount.Tmpfs tmpfs => string.Create(CultureInfo.InvariantCulture, $"type=tmpfs{(tmpfs.SizeBytes is { } size ? $",size={size}" : "")}{(tmpfs.IsReadOnly ? ",ro" : "")}"),
        StepMount.Script script => $"script {Caisson.Oci.Model.Digest.OfBytes(System.Text.Encoding.UTF8.GetBytes(script.Content)).Hex}",
        StepMount.Secret secret => $"type=secret,id={secret.Id}{(secret.IsRequired ? ",required" : "")},{AccessOf(secret.Mode, secret.Uid, secret.Gid)}",
        StepMount.Ssh ssh => $"type=ssh,id={ssh.Id}{(ssh.IsRequired ? ",required" : "")},{AccessOf(ssh.Mode, ssh.Uid, ssh.Gid)}",
        _ => throw new System.Diagnostics.UnreachableException(mount.GetType().Name),
    };

    private static string AccessOf(int mode, uint uid, uint gid) => string.Create(CultureInfo.InvariantCulture, $"mode={Convert.ToString(mode, 8)},uid={uid},gid={gid}");

    // As the Dockerfile has them, nearly. Of a heredoc its name: what is in it is seen among the files.
    private static string SourcesOf(Operation.Copy copy, NodeLabel label)
    {
        List<string> sources = [];
        foreach (CopySource source in copy.Sources)
        {
            sources.Add(source switch
            {
                CopySource.Files files => files.Pattern + (files.Includes.IsEmpty ? "" : "/" + string.Join(", ", files.Includes)) + (files.TakesLinks ? " (links not followed)" : "") + (files.Unpacks ? " (archives unpacked)" : "")
                    + (files.Excludes.IsEmpty ? "" : " without " + string.Join(", ", files.Excludes)),
                CopySource.Inline inline => "<<" + inline.Name,
                _ => throw new System.Diagnostics.UnreachableException(source.GetType().Name),
            });
        }
        string? from = label.Parts is [{ From: { } first }, ..] ? first : null;
        return string.Join(' ', sources) + (from is null or "the build context" ? "" : $" of {from}");
    }

    private static string Shown(string text) => text.Contains("://", StringComparison.Ordinal) ? Caisson.Dockerfile.Source.AddressCredentials.Remove(text) : text;

    // A shell and one script show as the script.
    private static string Quoted(ImmutableArray<string> arguments)
    {
        if (arguments is ["/bin/sh", "-c", var script])
            return script;
        List<string> quoted = [];
        foreach (string argument in arguments)
            quoted.Add($"\"{argument}\"");
        return $"[{string.Join(", ", quoted)}]";
    }

    private static void AddOptional(ImmutableArray<string>.Builder words, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            words.Add($"{name}={value}");
    }
}
