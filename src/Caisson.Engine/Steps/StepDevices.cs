using System.Collections.Immutable;
using Caisson.Engine.Devices;
using Caisson.Linux.Native;
using Caisson.Linux.Sandbox;

namespace Caisson.Engine.Steps;

/// <summary>The devices of one step: what their descriptions do to its container.</summary>
/// <remarks>Container Device Interface specification v1.1.0, "containerEdits".</remarks>
internal sealed class StepDevices
{
    private const int DefaultMode = 0x1B6; // 0666

    private readonly CdiEdits _edits;
    private readonly SandboxUser _user;

    private StepDevices(CdiEdits edits, SandboxUser user)
    {
        _edits = edits;
        _user = user;
    }

    /// <summary>How many device files there are.</summary>
    public int NodeCount => _edits.DeviceNodes.Length;

    /// <summary>The devices by their names.</summary>
    /// <param name="catalog">The devices of this machine.</param>
    /// <param name="names">Full names.</param>
    /// <param name="user">Whom device files belong to that no description gives to another.</param>
    /// <exception cref="StepException">A device is no longer there, or its description asks for something that is not done here.</exception>
    public static StepDevices Of(DeviceCatalog catalog, ImmutableArray<string> names, SandboxUser user)
    {
        CdiEdits edits = CdiEdits.None;
        HashSet<string> files = [];
        foreach (string name in names)
        {
            Device device = catalog.Find(name) ?? throw new StepException(EngineCodes.DeviceNotFound, $"there is no device \"{name}\" on this machine");
            EditRules.Check(device, device.Shared);
            EditRules.Check(device, device.Own);
            // What a file says of all its devices is done once.
            edits = files.Add(device.File) ? edits.With(device.Shared).With(device.Own) : edits.With(device.Own);
        }
        return new StepDevices(edits, user);
    }

    /// <summary>The user with the groups that the devices need.</summary>
    public SandboxUser User => _edits.AdditionalGids.Length == 0
        ? _user
        : _user with { AdditionalGids = [.. _user.AdditionalGids.Concat(_edits.AdditionalGids.Where(static g => g != 0)).Distinct().Order()] };

    /// <summary>What the runtime starts for them.</summary>
    public ImmutableArray<SandboxHook> Hooks =>
    [
        .. _edits.Hooks.Select(static h => new SandboxHook(h.Name!, h.Path!) // both checked
        {
            Arguments = [.. h.Arguments],
            Environment = [.. h.Environment],
            Timeout = h.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        }),
    ];

    /// <summary>The files of this machine that come with them.</summary>
    public IEnumerable<SandboxMount> Mounts => _edits.Mounts.Select(static m =>
        new SandboxMount.Bind(m.ContainerPath!, m.HostPath!, m.Options.Contains("ro"), !File.Exists(m.HostPath))); // both checked

    /// <summary>An environment with what they add. A variable that is there already is replaced.</summary>
    public ImmutableArray<string> AddTo(ImmutableArray<string> environment)
    {
        HashSet<string> names = [.. _edits.Environment.Select(static v => v.Split('=', 2)[0])];
        return [.. environment.Where(v => !names.Contains(v.Split('=', 2)[0])), .. _edits.Environment];
    }

    /// <summary>Makes the device files.</summary>
    /// <param name="nodes">Where; null where no devices can be made: then the machine's own are shown, as they are.</param>
    public async Task<ImmutableArray<SandboxMount>> MakeAsync(MemoryFiles? nodes)
    {
        ImmutableArray<SandboxMount>.Builder mounts = ImmutableArray.CreateBuilder<SandboxMount>(NodeCount);
        foreach (CdiDeviceNode node in _edits.DeviceNodes)
            mounts.Add(new SandboxMount.Device(node.Path!, nodes is null ? OfMachine(node) : await MakeAsync(node, nodes).ConfigureAwait(false))); // checked
        return mounts.MoveToImmutable();
    }

    private static string OfMachine(CdiDeviceNode node)
    {
        string source = node.HostPath ?? node.Path!; // checked
        return StatusOf(source) is not null
            ? source
            : throw new StepException(EngineCodes.DeviceNotFound, $"the device file {source} is not on this machine, and only root can make another", "build as root");
    }

    // What the description leaves out is as the machine's own device file says.
    private async Task<string> MakeAsync(CdiDeviceNode node, MemoryFiles nodes)
    {
        string source = node.HostPath ?? node.Path!; // checked
        FileStatus? own = StatusOf(source);
        bool isDescribed = node.Type is not null && node.Major != 0;
        if (own is null && !isDescribed)
            throw new StepException(EngineCodes.DeviceNotFound, $"the device file {source} is not on this machine", "is the device's driver loaded?");
        FileStatus machine = own ?? new FileStatus(FileKind.CharacterDevice, DefaultMode, 0, 0, 0, 1);
        FileKind kind = node.Type switch
        {
            "b" => FileKind.BlockDevice,
            "c" or "u" => FileKind.CharacterDevice,
            _ => machine.Kind,
        };
        (uint, uint) number = isDescribed ? (node.Major, node.Minor) : (machine.DeviceMajor, machine.DeviceMinor);
        return await nodes.AddDeviceAsync(kind, number, node.FileMode ?? machine.Mode, node.Uid ?? _user.Uid, node.Gid ?? _user.Gid).ConfigureAwait(false);
    }

    private static FileStatus? StatusOf(string path)
    {
        if (!File.Exists(path))
            return null;
        string full = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        string parent = Path.GetDirectoryName(full) ?? "/";
        using DirectoryHandle directory = DirectoryHandle.Open(parent);
        return directory.TryStatus(Path.GetFileName(full)) is { Kind: FileKind.BlockDevice or FileKind.CharacterDevice } status ? status : null;
    }
}
