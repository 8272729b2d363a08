using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine.Devices;

namespace Caisson.Engine.Planning;

/// <summary>What steps ask for beyond what every step may, held against what the build grants.</summary>
/// <param name="entitlements">What the build grants.</param>
/// <param name="devices">The devices of this machine.</param>
internal sealed class Grants(Entitlements entitlements, DeviceCatalog devices)
{
    /// <summary>Checks the network and the security that a step asks for.</summary>
    /// <exception cref="BuildException">They are not granted.</exception>
    public void Check(Step.Run run)
    {
        if (run.Network == NetworkMode.Host && !entitlements.HasHostNetwork)
            throw NotGranted("the machine's network", "network.host", FlagSpan(run, "network"));
        if (run.Security == SecurityMode.Insecure && !entitlements.HasInsecure)
            throw NotGranted("full access to the machine", "security.insecure", FlagSpan(run, "security"));
    }

    /// <summary>The full names of the devices that a step asks for and gets.</summary>
    /// <exception cref="BuildException">One is not granted, or is required and not there.</exception>
    public ImmutableArray<string> DevicesOf(Step.Run run) => [.. run.Devices.SelectMany(d => Find(d)).Distinct(StringComparer.Ordinal)];

    private ImmutableArray<string> Find(DeviceRequest request)
    {
        string name = entitlements.Devices.GetValueOrDefault(request.Name, request.Name);
        ImmutableArray<string> found = devices.Resolve(name);
        if (found.IsEmpty && request.IsRequired)
            throw NotFound(name, request.Flag.Span);
        HashSet<string> granted = [.. entitlements.Devices.Values.SelectMany(d => devices.Resolve(d))];
        bool IsGranted(string device) => entitlements.HasAllDevices || granted.Contains(device) || devices.Find(device) is { IsAutoAllowed: true };
        if (found.FirstOrDefault(d => !IsGranted(d)) is { } refused)
            throw NotGranted($"the device {refused}", $"device={refused}", request.Flag.Span);
        return found;
    }

    private static BuildException NotGranted(string what, string entitlement, SourceSpan where)
    {
        string message = $"the step asks for {what}, which the build does not grant";
        string hint = $"when you trust this Dockerfile, add --allow {entitlement}";
        return new BuildException([new Diagnostic(EngineCodes.NotGranted, Severity.Error, message, where, hint)]);
    }

    private BuildException NotFound(string name, SourceSpan where)
    {
        string? hint = Suggestion.Nearest(name, devices.Names) is { } near ? $"did you mean \"{near}\"?"
            : devices.Names.Any() ? $"there are {string.Join(", ", devices.Names.Take(5))}"
            : "descriptions of devices are looked for in /etc/cdi and /var/run/cdi";
        List<Diagnostic> findings = [new Diagnostic(EngineCodes.DeviceNotFound, Severity.Error, $"there is no device \"{name}\" on this machine", where, hint)];
        findings.AddRange(devices.Problems.Select(static p => new Diagnostic(EngineCodes.BadDeviceDescription, Severity.Error, $"a description of devices cannot be used: {p}", Where: null, "correct it, or take it away")));
        return new BuildException([.. findings]);
    }

    private static SourceSpan FlagSpan(Step step, string flag) =>
        step.Origin.Syntax.Flags.FirstOrDefault(f => f.Name.Text == flag)?.Span ?? step.Origin.Syntax.Span;
}
