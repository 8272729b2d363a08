using System.Collections.Immutable;

namespace Caisson.Engine.Devices;

/// <summary>A device of this machine.</summary>
/// <param name="Name">Its full name, <c>vendor.com/class=name</c>.</param>
internal sealed record Device(string Name)
{
    // BuildKit's annotations.
    private const string ClassAnnotation = "org.mobyproject.buildkit.device.class";
    private const string AutoAllowAnnotation = "org.mobyproject.buildkit.device.autoallow";

    /// <summary>The file that describes it.</summary>
    public required string File { get; init; }

    /// <summary>What is done for all devices of the file.</summary>
    public required CdiEdits Shared { get; init; }

    /// <summary>What is done for this one.</summary>
    public required CdiEdits Own { get; init; }

    /// <summary>What its describer says of it.</summary>
    public ImmutableDictionary<string, string> Annotations { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The kind: what stands before the <c>=</c> of its name.</summary>
    public string Kind => Name[..Name.IndexOf('=', StringComparison.Ordinal)];

    /// <summary>Another name that steps may use for it and its like; null when it has none.</summary>
    public string? Class => Annotations.GetValueOrDefault(ClassAnnotation);

    /// <summary>Whether steps may have it without the build granting it.</summary>
    public bool IsAutoAllowed => Annotations.GetValueOrDefault(AutoAllowAnnotation)?.ToLowerInvariant() is "1" or "t" or "true";
}
