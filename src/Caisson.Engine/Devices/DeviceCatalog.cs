using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Caisson.Engine.Devices;

/// <summary>The devices of this machine, as files of the Container Device Interface describe them. The files are read when the first device is asked for.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class DeviceCatalog
{
    private readonly ImmutableArray<string> _directories;
    private readonly Lazy<ImmutableSortedDictionary<string, Device>> _devices;
    private readonly ConcurrentQueue<string> _problems = new();

    private DeviceCatalog(ImmutableArray<string> directories)
    {
        _directories = directories;
        _devices = new Lazy<ImmutableSortedDictionary<string, Device>>(Read);
    }

    /// <summary>No devices.</summary>
    public static DeviceCatalog Empty { get; } = new([]);

    /// <summary>Where descriptions of devices are looked for.</summary>
    public ImmutableArray<string> Directories => _directories;

    /// <summary>What keeps files from being read. Their devices are not known; those of other files are.</summary>
    public IEnumerable<string> Problems => _problems;

    /// <summary>The full names of all devices.</summary>
    public IEnumerable<string> Names => _devices.Value.Keys;

    /// <summary>The devices that the files of directories describe. A directory that is not there has none; what a later one describes counts.</summary>
    public static DeviceCatalog Of(ImmutableArray<string> directories) => new(directories);

    /// <summary>The devices that a request means, by name; empty when there are none.</summary>
    /// <param name="request"><c>vendor.com/class=name</c>; <c>vendor.com/class</c> for the first of a kind, <c>vendor.com/class=*</c> for all; or the name of a class.</param>
    public ImmutableArray<string> Resolve(string request)
    {
        string[] parts = request.Split('=', 2);
        IEnumerable<Device> ofKind = _devices.Value.Values.Where(d => d.Kind == parts[0]);
        Device[] found = parts[0].Contains('/', StringComparison.Ordinal)
            ? parts.Length == 1 || parts[1].Length == 0 ? [.. ofKind.Take(1)]
            : parts[1] == "*" ? [.. ofKind]
            : [.. ofKind.Where(d => d.Name == request)]
            : [];
        if (found.Length == 0)
            found = [.. _devices.Value.Values.Where(d => d.Class == request)];
        return [.. found.Select(static d => d.Name)];
    }

    /// <summary>A device by its full name; null when there is none.</summary>
    public Device? Find(string name) => _devices.Value.GetValueOrDefault(name);

    private ImmutableSortedDictionary<string, Device> Read()
    {
        ImmutableSortedDictionary<string, Device>.Builder devices = ImmutableSortedDictionary.CreateBuilder<string, Device>(StringComparer.Ordinal);
        foreach (string directory in _directories.Where(Directory.Exists))
        {
            foreach (string file in Directory.GetFiles(directory).Where(CdiFile.IsOne).Order(StringComparer.Ordinal))
            {
                try
                {
                    foreach (Device device in CdiFile.Read(file))
                        devices[device.Name] = device;
                }
                catch (FormatException e)
                {
                    _problems.Enqueue($"{file}: {e.Message}");
                }
            }
        }
        return devices.ToImmutable();
    }
}
