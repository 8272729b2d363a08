using System.Text.Json;
using Caisson.Engine.Devices;

namespace Caisson.Engine.Steps;

/// <summary>Which edits of a device's description are done here.</summary>
internal static class EditRules
{
    /// <summary>Checks the edits of a device.</summary>
    /// <exception cref="StepException">One is malformed, or is not done here.</exception>
    public static void Check(Device device, CdiEdits edits)
    {
        if (FindProblem(edits) is { } problem)
            throw new StepException(EngineCodes.BadDeviceDescription, $"the device {device.Name}, as {device.File} describes it, cannot be given to a step: {problem}");
    }

    private static string? FindProblem(CdiEdits edits)
    {
        if (edits.NetDevices.Length > 0)
            return "network devices (netDevices) are not moved into a step's network";
        if (edits.IntelRdt is { ValueKind: not JsonValueKind.Null })
            return "steps are not assigned to groups of intelRdt";
        return edits.DeviceNodes.Select(ProblemOf).Concat(edits.Mounts.Select(ProblemOf)).Concat(edits.Hooks.Select(ProblemOf)).Concat(edits.Environment.Select(ProblemOf))
            .FirstOrDefault(static p => p is not null);
    }

    private static string? ProblemOf(CdiDeviceNode node)
    {
        if (node.Path is not ['/', ..])
            return $"the path of a device node, \"{node.Path}\", is not absolute";
        return node.Type is null or "" or "b" or "c" or "u" ? null : $"device nodes of type {node.Type} are not made";
    }

    private static string? ProblemOf(CdiMount mount)
    {
        if (mount.HostPath is not ['/', ..] || mount.ContainerPath is not ['/', _, ..])
            return $"a mount of \"{mount.HostPath}\" at \"{mount.ContainerPath}\" needs two absolute paths";
        if (mount.Type is not (null or "" or "bind" or "none"))
            return $"mounts of type {mount.Type} are not made, only of files of this machine";
        return Path.Exists(mount.HostPath) ? null : $"{mount.HostPath} is not on this machine";
    }

    private static string? ProblemOf(CdiHook hook) => hook.Path is ['/', ..] && CdiHook.Names.Contains(hook.Name)
        ? null
        : $"the hook \"{hook.Name}\" of \"{hook.Path}\" is none of {string.Join(", ", CdiHook.Names)}, or has no absolute path";

    private static string? ProblemOf(string variable) => variable.IndexOf('=', StringComparison.Ordinal) > 0 ? null : $"\"{variable}\" is no NAME=value";
}
