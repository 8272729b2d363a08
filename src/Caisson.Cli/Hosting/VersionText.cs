using System.Reflection;

namespace Caisson.Cli.Hosting;

/// <summary>The version of this program.</summary>
internal static class VersionText
{
    /// <summary>The version with the commit it was built from, where that is known.</summary>
    public static string Full { get; } = typeof(VersionText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>The version alone.</summary>
    public static string Short { get; } = Full.Split('+')[0];
}
