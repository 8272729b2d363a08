using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Engine.Keeping;

/// <summary>The JSON of <see cref="Operation.Run"/> in the definition of a kept step.</summary>
internal static class RunJson
{
    /// <summary>Writes the fields of a run. A proxy whose address has a password is left out.</summary>
    public static void Write(Utf8JsonWriter json, Operation.Run run)
    {
        WriteTexts(json, "arguments", run.Arguments);
        WriteTexts(json, "environment", run.Environment);
        WriteTexts(json, "proxies", [.. run.ProxyEnvironment.Where(static v => AddressCredentials.Remove(v) == v)]);
        WriteObjects(json, "secretVariables", run.SecretEnvironment, static (json, variable) =>
        {
            json.WriteString("name", variable.Name);
            json.WriteString("id", variable.Id);
        });
        json.WriteString("workingDirectory", run.WorkingDirectory);
        json.WriteString("user", run.User);
        json.WriteString("platform", run.Platform.ToString());
        json.WriteString("network", run.Network.ToString());
        json.WriteString("security", run.Security.ToString());
        WriteTexts(json, "devices", run.Devices);
        json.WriteString("hostName", run.HostName);
        WriteObjects(json, "extraHosts", run.ExtraHosts, static (json, host) =>
        {
            json.WriteString("name", host.Name);
            json.WriteString("address", host.Address);
        });
        WriteNumber(json, "sharedMemoryBytes", run.SharedMemoryBytes);
        WriteObjects(json, "limits", run.Limits, static (json, limit) =>
        {
            json.WriteString("name", limit.Name);
            json.WriteNumber("soft", limit.Soft);
            json.WriteNumber("hard", limit.Hard);
        });
        WriteObjects(json, "mounts", run.Mounts, Write);
    }

    /// <summary>Reads the fields of a run.</summary>
    /// <exception cref="FormatException">A value is not one of its kind; what is missing or of another JSON type throws as <see cref="JsonElement"/> does.</exception>
    public static Operation.Run Read(JsonElement run) => new()
    {
        Arguments = Texts(run, "arguments"),
        Environment = Texts(run, "environment"),
        ProxyEnvironment = Texts(run, "proxies"),
        SecretEnvironment = [.. Objects(run, "secretVariables").Select(static v => new SecretVariable(Text(v, "name"), Text(v, "id"), IsRequired: false))],
        WorkingDirectory = Text(run, "workingDirectory"),
        User = Text(run, "user"),
        Platform = Platform.Parse(Text(run, "platform")),
        Network = Enum.Parse<StepNetwork>(Text(run, "network")),
        Security = Enum.Parse<StepSecurity>(Text(run, "security")),
        Devices = Texts(run, "devices"),
        HostName = run.GetProperty("hostName").GetString(),
        ExtraHosts = [.. Objects(run, "extraHosts").Select(static h => new ExtraHost(Text(h, "name"), Text(h, "address")))],
        SharedMemoryBytes = Number(run, "sharedMemoryBytes"),
        Limits = [.. Objects(run, "limits").Select(static l => new ResourceLimit(Text(l, "name"), l.GetProperty("soft").GetUInt64(), l.GetProperty("hard").GetUInt64()))],
        Mounts = [.. Objects(run, "mounts").Select(ReadMount)],
    };

    private static void Write(Utf8JsonWriter json, StepMount mount)
    {
        json.WriteString("target", mount.Target);
        switch (mount)
        {
            case StepMount.Bind bind:
                json.WriteString("type", "bind");
                json.WriteNumber("input", bind.Input);
                json.WriteString("source", bind.Source);
                json.WriteBoolean("isReadOnly", bind.IsReadOnly);
                break;
            case StepMount.Cache cache:
                json.WriteString("type", "cache");
                json.WriteString("id", cache.Id);
                json.WriteString("sharing", cache.Sharing.ToString());
                json.WriteBoolean("isReadOnly", cache.IsReadOnly);
                WriteNumber(json, "input", cache.Input);
                WriteAccess(json, (cache.Mode, cache.Uid, cache.Gid));
                break;
            case StepMount.Tmpfs tmpfs:
                json.WriteString("type", "tmpfs");
                WriteNumber(json, "sizeBytes", tmpfs.SizeBytes);
                json.WriteBoolean("isReadOnly", tmpfs.IsReadOnly);
                break;
            case StepMount.Script script:
                json.WriteString("type", "script");
                json.WriteString("content", script.Content);
                break;
            case StepMount.Secret secret:
                json.WriteString("type", "secret");
                json.WriteString("id", secret.Id);
                WriteAccess(json, (secret.Mode, secret.Uid, secret.Gid));
                break;
            case StepMount.Ssh ssh:
                json.WriteString("type", "ssh");
                json.WriteString("id", ssh.Id);
                WriteAccess(json, (ssh.Mode, ssh.Uid, ssh.Gid));
                break;
            default:
                throw new System.Diagnostics.UnreachableException(mount.GetType().Name);
        }
    }

    private static StepMount ReadMount(JsonElement mount)
    {
        string target = Text(mount, "target");
        string type = Text(mount, "type");
        switch (type)
        {
            case "bind":
                return new StepMount.Bind(target, mount.GetProperty("input").GetInt32(), Text(mount, "source"), mount.GetProperty("isReadOnly").GetBoolean());
            case "cache":
                (int mode, uint uid, uint gid) = Access(mount);
                return new StepMount.Cache(target, Text(mount, "id"), Enum.Parse<CacheSharing>(Text(mount, "sharing")))
                {
                    IsReadOnly = mount.GetProperty("isReadOnly").GetBoolean(),
                    Input = (int?)Number(mount, "input"),
                    Mode = mode,
                    Uid = uid,
                    Gid = gid,
                };
            case "tmpfs":
                return new StepMount.Tmpfs(target, Number(mount, "sizeBytes")) { IsReadOnly = mount.GetProperty("isReadOnly").GetBoolean() };
            case "script":
                return new StepMount.Script(target, Text(mount, "content"));
            case "secret":
                (mode, uid, gid) = Access(mount);
                return new StepMount.Secret(target, Text(mount, "id"), IsRequired: false) { Mode = mode, Uid = uid, Gid = gid };
            case "ssh":
                (mode, uid, gid) = Access(mount);
                return new StepMount.Ssh(target, Text(mount, "id"), IsRequired: false) { Mode = mode, Uid = uid, Gid = gid };
            default:
                throw new FormatException($"\"{type}\" is no type of mount");
        }
    }

    private static void WriteAccess(Utf8JsonWriter json, (int Mode, uint Uid, uint Gid) access)
    {
        json.WriteNumber("mode", access.Mode);
        json.WriteNumber("uid", access.Uid);
        json.WriteNumber("gid", access.Gid);
    }

    private static (int Mode, uint Uid, uint Gid) Access(JsonElement mount) =>
        (mount.GetProperty("mode").GetInt32(), mount.GetProperty("uid").GetUInt32(), mount.GetProperty("gid").GetUInt32());

    private static void WriteTexts(Utf8JsonWriter json, string name, ImmutableArray<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteObjects<T>(Utf8JsonWriter json, string name, ImmutableArray<T> values, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (T value in values)
        {
            json.WriteStartObject();
            write(json, value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
    }

    private static long? Number(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : null;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new FormatException($"\"{name}\" is null");

    private static ImmutableArray<string> Texts(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(static v => v.GetString() ?? throw new FormatException("a text is null"))];

    private static JsonElement.ArrayEnumerator Objects(JsonElement element, string name) => element.GetProperty(name).EnumerateArray();
}
