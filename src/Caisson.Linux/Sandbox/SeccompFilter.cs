using Caisson.Linux.Native;

namespace Caisson.Linux.Sandbox;

/// <summary>The filter of <see cref="SeccompProfile"/> as the kernel takes it.</summary>
/// <remarks>A runtime makes it of the profile for every container anew, which takes it longer than all else together.</remarks>
internal static class SeccompFilter
{
    /// <summary>Makes it; empty where libseccomp is missing or cannot.</summary>
    public static ReadOnlyMemory<byte> TryMake()
    {
        if (!SeccompLibrary.IsAvailable)
            return default;
        nint filter = SeccompLibrary.Create(SeccompLibrary.Fail | SeccompProfile.PermissionDenied);
        if (filter == 0)
            return default;
        try
        {
            return AddArchitectures(filter) && AddRules(filter) ? SeccompLibrary.Export(filter) : default(ReadOnlyMemory<byte>);
        }
        finally
        {
            SeccompLibrary.Release(filter);
        }
    }

    // It begins with the processor that it runs on.
    private static bool AddArchitectures(nint filter) => SeccompProfile.Architectures.Skip(1).All(name => SeccompLibrary.TryAddArchitecture(filter, name));

    private static bool AddRules(nint filter)
    {
        foreach (SeccompRule rule in SeccompProfile.Rules)
        {
            uint action = rule.ErrorNumber is { } error ? SeccompLibrary.Fail | (uint)error : SeccompLibrary.Allow;
            (int, ulong)? condition = rule.Condition is { } first ? ((int)first.Comparison, (ulong)first.Value) : null;
            foreach (string name in rule.Names)
            {
                if (!SeccompLibrary.TryAddRule(filter, action, name, condition))
                    return false;
            }
        }
        return true;
    }
}
