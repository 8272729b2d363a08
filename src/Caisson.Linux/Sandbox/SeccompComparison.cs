namespace Caisson.Linux.Sandbox;

/// <summary>How an argument is compared, with the numbers of libseccomp.</summary>
/// <remarks>seccomp.h of libseccomp 2.5, <c>enum scmp_compare</c>.</remarks>
internal enum SeccompComparison
{
    /// <summary>It is less.</summary>
    Less = 2,

    /// <summary>It is the same.</summary>
    Equal = 4,

    /// <summary>It is more.</summary>
    Greater = 6,

    /// <summary>It has none of the bits.</summary>
    MaskedEqual = 7,
}
