namespace Caisson.Engine;

/// <summary>A name that steps find in <c>/etc/hosts</c>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Address">The address it stands for.</param>
public sealed record ExtraHost(string Name, string Address);
