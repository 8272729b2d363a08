using System.Collections.Immutable;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>What makes the programs of a step trust the gateway, for as long as it runs.</summary>
internal sealed record StepTrust
{
    /// <summary>The directory in the step that holds it: below <c>/dev</c>, which is no part of any root.</summary>
    public const string Directory = "/dev/caisson";

    /// <summary>The mounts that show it.</summary>
    public required ImmutableArray<SandboxMount> Mounts { get; init; }

    /// <summary>The files of the root that name the authorities to trust, shown with one more; null when it has none.</summary>
    public SubstitutedFiles? Bundles { get; init; }

    /// <summary>Whether the root has a Java, whose programs are told of proxies and authorities in their own way.</summary>
    public bool HasJava { get; init; }

    /// <summary>The certificates that programs are to trust, in PEM.</summary>
    public static string CertificatesPath => Directory + "/ca.pem";

    /// <summary>The same for Java.</summary>
    public static string JavaPath => Directory + "/cacerts.jks";

    /// <summary>Settings of apt.</summary>
    public static string AptPath => Directory + "/apt.conf";

    /// <summary>Settings of wget.</summary>
    public static string WgetPath => Directory + "/wgetrc";
}
