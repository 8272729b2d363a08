using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Which options of a mount go together.</summary>
internal static class MountRules
{
    private static readonly (string Option, string[] Types)[] Limited =
    [
        ("required", ["secret", "ssh"]),
        ("size", ["tmpfs"]),
        ("sharing", ["cache"]),
        ("mode", ["cache", "secret", "ssh"]),
        ("uid", ["cache", "secret", "ssh"]),
        ("gid", ["cache", "secret", "ssh"]),
    ];

    /// <summary>Reports options that do not fit the type or each other; false when there are some.</summary>
    public static bool Check(string type, MountValues values)
    {
        foreach ((string option, string[] types) in Limited)
        {
            if (values.Has(option) && !types.Contains(type))
                Refuse(
                    values, option, $"a mount of type {type} has no option {Quoted.Of(option)}",
                    $"mounts of type {string.Join(", ", types)} have it");
        }
        if (type == "secret")
            CheckSecret(values);
        if (type == "ssh" && values.Text("source").Length > 0)
            Refuse(values, "source", "a mount of type ssh has no source", "name the agent with id");
        if (values.Find("target") is { } target && target.StartsWith('/') && UnixPath.Clean(target) == "/")
            Refuse(values, "target", $"a mount cannot have the target {Quoted.Of(target)}", "mount it on a directory below");
        return !values.HasFailed;
    }

    private static void CheckSecret(MountValues values)
    {
        bool isNamed = values.Text("source").Length + values.Text("target").Length + values.Text("id").Length > 0;
        if (values.Text("from").Length > 0)
            Refuse(values, "from", "a mount of type secret has no from", "name the secret with id");
        if (values.Text("source").Length > 0 && values.Text("id").Length > 0)
            Refuse(values, "id", "a secret has either source or id, which mean the same", "keep id");
        if (!isNamed)
            Refuse(values, "type", "a mount of type secret needs to know which secret", "add id=name");
    }

    private static void Refuse(MountValues values, string option, string message, string hint) =>
        values.Fail(DiagnosticCodes.BadMountOption, option, message, hint);
}
