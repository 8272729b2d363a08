using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads <c>RUN --mount</c>, first as written, then as meant.</summary>
internal static class MountReader
{
    private static readonly ImmutableArray<string> Types = ["bind", "cache", "tmpfs", "secret", "ssh"];

    private static readonly ImmutableArray<string> Switches = ["readonly", "readwrite", "required"];

    /// <summary>The options as written; null when they cannot be told apart. What holds no variable is checked at once.</summary>
    public static MountFlag? Parse(Flag flag, InstructionRequest request)
    {
        if (flag.Value is not { } value || CsvFields.Read(value, request.Diagnostics) is not { } fields)
            return null;
        var options = ImmutableArray.CreateBuilder<MountOption>(fields.Length);
        foreach (Word field in fields)
            options.Add(ToOption(field));
        MountFlag mount = new(flag, options.MoveToImmutable());
        bool isSound = true;
        foreach (MountOption option in mount.Options)
            isSound &= Check(option, flag, request.Diagnostics);
        if (isSound && value.IsLiteral(request.Escape))
            Read(mount, static w => w.Text, request.Diagnostics);
        return mount;
    }

    /// <summary>The mount that is meant; null when an error was reported.</summary>
    /// <param name="flag">The options as written.</param>
    /// <param name="expand">Expands a value; null when that failed and was reported.</param>
    /// <param name="diagnostics">Takes the errors.</param>
    public static Mount? Read(MountFlag flag, Func<Word, string?> expand, DiagnosticBag diagnostics)
    {
        MountValues? values = MountValues.Expand(flag, expand, diagnostics);
        if (values is null || ReadType(values) is not { } type || !MountRules.Check(type, values))
            return null;
        Mount mount = type switch
        {
            "cache" => ReadCache(values),
            "tmpfs" => new Mount.Tmpfs(values.Text("target"), values.Size()) { Origin = flag, IsReadOnly = values.IsReadOnly(false) },
            "secret" => ReadSecret(values),
            "ssh" => ReadSsh(values),
            _ => new Mount.Bind(values.Text("source"), values.Text("target"), values.IsReadOnly(true)) { Origin = flag },
        };
        return values.HasFailed ? null : mount;
    }

    private static MountOption ToOption(Word field)
    {
        int equals = field.Characters.IndexOf('=');
        return equals < 0 ? new MountOption(field, null) : new MountOption(field.Slice(0, equals), field.Slice(equals + 1));
    }

    private static bool Check(MountOption option, Flag flag, DiagnosticBag diagnostics)
    {
        SourceSpan where = option.Key.IsEmpty ? flag.Span : option.Key.Span;
        if (!option.IsKnown)
        {
            diagnostics.Add(UnknownOption(option, where, diagnostics.IsFull));
            return false;
        }
        if (option.Value is null && !Switches.Contains(option.Name))
        {
            diagnostics.Error(
                DiagnosticCodes.BadMountOption, where, $"the option {Quoted.Of(option.Key.Text)} lacks its value", $"write {option.Key.Text.ToLowerInvariant()}=value");
            return false;
        }
        int dollar = option.Name == "from" && option.Value is { } from ? from.Characters.IndexOf('$') : -1;
        if (dollar >= 0 && dollar < option.Value!.Length - 1) // not null: dollar says so
        {
            const string Hint = "name the image in a stage of its own, FROM image AS name, and use from=name";
            diagnostics.Error(DiagnosticCodes.VariableNotAllowed, option.Value.Span, "no variables are expanded in from", Hint);
            return false;
        }
        return true;
    }

    // One that is only counted needs no text, which takes a search.
    private static Diagnostic UnknownOption(MountOption option, SourceSpan where, bool isOnlyCounted)
    {
        string key = option.Key.Text;
        string message = key.Length == 0 ? "an option of the mount is empty" : $"a mount has no option {Quoted.Of(key)}";
        string? hint = isOnlyCounted ? null : Suggestion.Hint(key.ToLowerInvariant(), MountOption.Known) ?? "options are written key=value, separated by commas";
        return new Diagnostic(DiagnosticCodes.UnknownMountOption, Severity.Error, isOnlyCounted ? "" : message, where, hint);
    }

    private static string? ReadType(MountValues values)
    {
        string type = values.TextOr("type", "bind").ToLowerInvariant();
        if (Types.Contains(type))
            return type;
        string hint = Suggestion.Hint(type, Types) ?? $"types are {string.Join(", ", Types)}";
        values.Fail(DiagnosticCodes.UnknownMountType, "type", $"unknown mount type {Quoted.Of(values.Text("type"))}", hint);
        return null;
    }

    private static Mount.Cache ReadCache(MountValues values)
    {
        string target = values.Text("target");
        return new Mount.Cache(values.TextOr("id", UnixPath.Clean(target)), target, values.Sharing())
        {
            Origin = values.Origin,
            Source = values.Text("source"),
            IsReadOnly = values.IsReadOnly(false),
            Access = values.Access(),
        };
    }

    private static Mount.Secret ReadSecret(MountValues values)
    {
        string? variable = values.Find("env");
        string? target = values.Find("target") is { Length: > 0 } given ? given : null;
        string id = values.Text("source") is { Length: > 0 } source ? source : values.TextOr("id", BaseName(target ?? ""));
        target ??= variable is null ? "/run/secrets/" + BaseName(id) : null;
        return new Mount.Secret(id, target, variable, values.Switch("required")) { Origin = values.Origin, Access = values.Access() };
    }

    private static Mount.Ssh ReadSsh(MountValues values)
    {
        string id = values.TextOr("id", "default");
        string? target = values.Find("target") is { Length: > 0 } given ? given : null;
        return new Mount.Ssh(id, target, values.Switch("required")) { Origin = values.Origin, Access = values.Access() };
    }

    private static string BaseName(string path) => path.TrimEnd('/') is var trimmed ? trimmed[(trimmed.LastIndexOf('/') + 1)..] : "";
}
