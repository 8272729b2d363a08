using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Devices;
using Caisson.Engine.Graph;

namespace Caisson.Engine.Planning;

/// <summary>What steps ask for beyond what every step may, held against what the build grants.</summary>
/// <param name="entitlements">What the build grants.</param>
/// <param name="devices">The devices of this machine.</param>
internal sealed class Grants(Entitlements entitlements, DeviceCatalog devices)
{
    /// <summary>Checks the network, the security and the devices of a step.</summary>
    /// <param name="run">The step.</param>
    /// <param name="label">What people read of it.</param>
    /// <param name="placeOf">Where the Dockerfile asks for it: for <c>network</c>, for <c>security</c>, or for a device by its full name. Null when no Dockerfile does.</param>
    /// <exception cref="BuildException">Something is not granted.</exception>
    public void Check(Operation.Run run, NodeLabel label, Func<string, SourceSpan>? placeOf)
    {
        if (run.Network == StepNetwork.Host && !entitlements.HasHostNetwork)
            throw NotGranted("the machine's network", "network.host", label, placeOf?.Invoke("network"));
        if (run.Security == StepSecurity.Insecure && !entitlements.HasInsecure)
            throw NotGranted("full access to the machine", "security.insecure", label, placeOf?.Invoke("security"));
        if (entitlements.HasAllDevices || run.Devices.IsEmpty)
            return;
        HashSet<string> granted = [.. entitlements.Devices.Values.SelectMany(d => devices.Resolve(d))];
        if (run.Devices.FirstOrDefault(d => !granted.Contains(d) && devices.Find(d) is not { IsAutoAllowed: true }) is { } refused)
            throw NotGranted($"the device {refused}", $"device={refused}", label, placeOf?.Invoke(refused));
    }

    /// <summary>The full names of the devices that a step means; empty when it can do without what is not there.</summary>
    /// <param name="request">How it names them (<see cref="DeviceCatalog.Resolve"/>), or as the build grants it by another name.</param>
    /// <param name="isRequired">Whether it cannot do without.</param>
    /// <param name="where">Where the Dockerfile asks for them; null when none does.</param>
    /// <exception cref="BuildException">They are required, and not there.</exception>
    public ImmutableArray<string> FindDevices(string request, bool isRequired, SourceSpan? where)
    {
        string name = entitlements.Devices.GetValueOrDefault(request, request);
        ImmutableArray<string> found = devices.Resolve(name);
        return found.IsEmpty && isRequired ? throw NotFound(name, where) : found;
    }

    private static BuildException NotGranted(string what, string entitlement, NodeLabel label, SourceSpan? where)
    {
        string message = $"the step {(where is null ? label.Text + " " : "")}asks for {what}, which the build does not grant";
        string hint = $"when you trust {(where is null ? "whoever made it" : "this Dockerfile")}, add --allow {entitlement}";
        return new BuildException([new Diagnostic(EngineCodes.NotGranted, Severity.Error, message, where, hint)]);
    }

    private BuildException NotFound(string name, SourceSpan? where)
    {
        string? hint = Suggestion.Nearest(name, devices.Names) is { } near ? $"did you mean \"{near}\"?"
            : devices.Names.Any() ? $"there are {string.Join(", ", devices.Names.Take(5))}"
            : devices.Directories.IsEmpty ? "no directory with descriptions of devices is named"
            : $"descriptions of devices are looked for in {string.Join(" and ", devices.Directories)}";
        List<Diagnostic> findings = [new Diagnostic(EngineCodes.DeviceNotFound, Severity.Error, $"there is no device \"{name}\" on this machine", where, hint)];
        findings.AddRange(devices.Problems.Select(static p => new Diagnostic(EngineCodes.BadDeviceDescription, Severity.Error, $"a description of devices cannot be used: {p}", Where: null, "correct it, or take it away")));
        return new BuildException([.. findings]);
    }
}
