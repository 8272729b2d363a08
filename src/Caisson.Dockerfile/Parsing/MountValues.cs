using System.Globalization;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>The expanded options of a mount; of an option given twice, the last counts.</summary>
internal sealed class MountValues
{
    // In the order of the options.
    private readonly string?[] _values;
    private readonly DiagnosticBag _diagnostics;

    private MountValues(MountFlag origin, DiagnosticBag diagnostics)
    {
        Origin = origin;
        _values = new string?[origin.Options.Length];
        _diagnostics = diagnostics;
    }

    public MountFlag Origin { get; }

    public bool HasFailed { get; private set; }

    /// <summary>Expands all options; null when one could not be.</summary>
    public static MountValues? Expand(MountFlag flag, Func<Word, string?> expand, DiagnosticBag diagnostics)
    {
        MountValues values = new(flag, diagnostics);
        for (int i = 0; i < flag.Options.Length; i++)
        {
            if (flag.Options[i].Value is { } written && (values._values[i] = expand(written)) is null)
                return null;
        }
        return values;
    }

    public bool Has(string name) => IndexOf(name) >= 0;

    /// <summary>The value of an option; null when it is not given.</summary>
    public string? Find(string name) => IndexOf(name) is int index and >= 0 ? _values[index] : null;

    public string Text(string name) => Find(name) ?? "";

    /// <summary>The value of an option; <paramref name="otherwise"/> when it is not given or empty.</summary>
    public string TextOr(string name, string otherwise) => Find(name) is { Length: > 0 } value ? value : otherwise;

    public bool Switch(string name)
    {
        if (!Has(name))
            return false;
        if (Find(name) is not { } text)
            return true;
        if (!Booleans.TryParse(text, out bool value))
            Refuse(name, text, "true or false");
        return value;
    }

    /// <summary>What the last of <c>ro</c> and <c>rw</c> says.</summary>
    public bool IsReadOnly(bool otherwise)
    {
        MountOption? last = Origin.Options.LastOrDefault(static o => o.Name is "readonly" or "readwrite");
        return last is null ? otherwise : Switch(last.Name) == (last.Name == "readonly");
    }

    public long Size()
    {
        long size = 0;
        if (Find("size") is { } text && !ByteSize.TryParse(text, out size))
            Refuse("size", text, "a size such as 64m");
        return size;
    }

    public CacheSharing Sharing()
    {
        string text = TextOr("sharing", "shared").ToLowerInvariant();
        switch (text)
        {
            case "private":
                return CacheSharing.Private;
            case "locked":
                return CacheSharing.Locked;
            case not "shared":
                string? hint = Suggestion.Hint(text, ["shared", "private", "locked"]);
                Fail(
                    DiagnosticCodes.BadMountOption, "sharing", $"sharing does not know {Quoted.Of(text)}",
                    hint ?? "it takes shared, private or locked");
                break;
        }
        return CacheSharing.Shared;
    }

    public MountAccess Access()
    {
        MountAccess access = new(ReadNumber("mode", 8), ReadNumber("uid", 10), ReadNumber("gid", 10));
        return access == MountAccess.Unspecified ? MountAccess.Unspecified : access;
    }

    public void Fail(string code, string option, string message, string? hint = null)
    {
        HasFailed = true;
        SourceSpan where = Origin.Flag.Span;
        if (IndexOf(option) is int index and >= 0)
            where = Origin.Options[index].Value is { IsEmpty: false } value ? value.Span : Origin.Options[index].Key.Span;
        _diagnostics.Error(code, where, message, hint);
    }

    private int IndexOf(string name)
    {
        int index = Origin.Options.Length - 1;
        while (index >= 0 && Origin.Options[index].Name != name)
            index--;
        return index;
    }

    private uint? ReadNumber(string name, int radix)
    {
        if (Find(name) is not { } text)
            return null;
        ulong number = 0;
        bool isNumber = text.Length is > 0 and <= 20;
        foreach (char c in isNumber ? text : "")
        {
            isNumber &= c >= '0' && c < '0' + radix && number <= uint.MaxValue;
            number = isNumber ? (number * (uint)radix) + (uint)(c - '0') : 0;
        }
        if (isNumber && number <= uint.MaxValue)
            return (uint)number;
        Refuse(name, text, string.Create(CultureInfo.InvariantCulture, $"a number in base {radix}"));
        return null;
    }

    private void Refuse(string name, string value, string expected) =>
        Fail(DiagnosticCodes.BadMountOption, name, $"the mount's {name} cannot be {Quoted.Of(value)}", $"it takes {expected}");
}
