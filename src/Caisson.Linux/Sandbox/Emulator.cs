namespace Caisson.Linux.Sandbox;

/// <summary>What runs programs of a processor that this machine does not have.</summary>
/// <param name="Name">Its name: <c>qemu-aarch64</c>.</param>
/// <param name="Path">The program; null where the machine's kernel starts it by itself.</param>
public sealed record Emulator(string Name, string? Path);
