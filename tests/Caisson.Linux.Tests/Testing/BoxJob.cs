using System.Text.Json;
using Caisson.Linux.Sandbox;

namespace Caisson.Linux.Tests.Testing;

/// <summary>A request on its way to a box in another process.</summary>
internal sealed record BoxJob(string[] Arguments, string[] Environment, string WorkingDirectory, string HostName, string[][] Mounts)
{
    private const string True = "yes";

    public static string Write(SandboxRequest request) => JsonSerializer.Serialize(
        new BoxJob([.. request.Arguments], [.. request.Environment], request.WorkingDirectory, request.HostName, [.. request.Mounts.Select(Describe)]));

    public static SandboxRequest Read(string json)
    {
        BoxJob job = JsonSerializer.Deserialize<BoxJob>(json) ?? throw new InvalidDataException(json);
        return Box.Script("") with
        {
            Arguments = [.. job.Arguments],
            Environment = [.. job.Environment],
            WorkingDirectory = job.WorkingDirectory,
            HostName = job.HostName,
            Mounts = [.. job.Mounts.Select(MountOf)],
        };
    }

    private static string[] Describe(SandboxMount mount) => mount switch
    {
        SandboxMount.Bind bind => [bind.Destination, bind.Source, bind.ReadOnly ? True : "", bind.IsDirectory ? True : ""],
        SandboxMount.Tmpfs { SizeBytes: { } size } tmpfs => [tmpfs.Destination, size.ToString(System.Globalization.CultureInfo.InvariantCulture)],
        _ => throw new NotSupportedException(mount.ToString()),
    };

    private static SandboxMount MountOf(string[] words) => words.Length == 2
        ? new SandboxMount.Tmpfs(words[0], long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture))
        : new SandboxMount.Bind(words[0], words[1], words[2] == True, words[3] == True);
}
