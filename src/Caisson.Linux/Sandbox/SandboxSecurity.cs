namespace Caisson.Linux.Sandbox;

/// <summary>How far a container is kept from the machine.</summary>
public enum SandboxSecurity
{
    /// <summary>As Docker keeps containers by default.</summary>
    Sandboxed,

    /// <summary>Not at all: every capability that this process has, every system call, devices, and the kernel's files open for writing. Inside a user namespace, that is no more than the user may do.</summary>
    Insecure,
}
