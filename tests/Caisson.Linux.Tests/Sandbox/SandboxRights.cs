namespace Caisson.Linux.Tests.Sandbox;

/// <summary>Who sets containers up.</summary>
public enum SandboxRights
{
    /// <summary>The machine's root.</summary>
    Root,

    /// <summary>An ordinary user, who is root of a user namespace with 65,536 ids.</summary>
    AllIds,

    /// <summary>The root of a user namespace that has no other id.</summary>
    OneId,
}
