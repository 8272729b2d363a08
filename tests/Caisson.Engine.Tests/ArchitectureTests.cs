using System.Collections.Immutable;
using System.Reflection;
using Caisson.Dockerfile.Parsing;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests;

/// <summary>Who may know whom: folders are no walls, so this is.</summary>
public sealed class ArchitectureTests
{
    private const string Root = "Caisson.Engine";

    // What each room may know of the others. Read from the top: nothing knows what stands below it, so there can be no circle.
    private static readonly (string Room, string[] MayKnow)[] Rooms =
    [
        ("Events", []),
        ("Graph", []),
        ("Secrets", []),
        ("Devices", []),
        ("Caching", ["Graph"]),
        ("History", ["Events"]),
        ("Imaging", ["Events", "Caching"]),
        ("Explaining", ["Graph", "Caching", "History", "Imaging"]),
        ("Steps", ["Graph", "Secrets", "Devices", "Caching", "Imaging"]),
        ("Planning", ["Graph", "Devices"]),
        ("Sources", ["Secrets", "Graph", "Caching", "Imaging", "Steps", "Planning"]),
        ("Keeping", ["Graph", "Steps"]),
        ("Solving", ["Events", "Graph", "Caching", "Imaging", "Explaining", "Steps"]),
        ("Reproducing", ["Events", "Graph", "Imaging"]),
        ("Exporting", ["Events", "Imaging", "Sources"]),
        ("Housekeeping", ["Caching", "Imaging", "Sources", "Keeping"]),
        ("RemoteCaching", ["Events", "Caching", "Imaging", "Solving"]),
        ("Spelling", ["Exporting"]),
        ("Answers", []),
        ("Vendoring", ["Imaging", "Planning", "Sources", "Exporting"]),
        ("Bundling", ["Secrets", "Graph", "Imaging", "Steps", "Planning", "Sources"]),
    ];

    // The words that rooms and users of the engine share: they know no room but Exporting's destinations.
    private static readonly string[] Words =
    [
        nameof(BasePackages), nameof(BuildContext), nameof(BuildEngineOptions), nameof(BuildException), nameof(BuildInputs), nameof(BuildRequest), nameof(BuildStep), nameof(ActionsService), nameof(BuildResult), nameof(CacheEntry), nameof(CacheExport), nameof(CacheImport), nameof(CacheLocation), nameof(CacheEntryTypes), nameof(CheckResult), nameof(ContainerRequest), nameof(ContextInput),
        nameof(DebianBaseRequest), nameof(DebianVariant), nameof(DiskUsage), nameof(DockerfileInput), nameof(EngineCodes), nameof(Entitlements), nameof(ExtraHost), nameof(FailedStep), nameof(GitInput), nameof(GitOptions), nameof(GitSigners), nameof(GoVendorMode), nameof(GoVendorRequest), nameof(GoVendorResult), nameof(GivenFile), nameof(HttpInput), nameof(IdLookup), nameof(IContextFiles), nameof(IFileUse), nameof(ISecretProvider), nameof(ISshAgentProvider), nameof(ImageInput), nameof(KeptStep), nameof(ListedImage), nameof(Locking), nameof(NetworkExchange), nameof(PullPolicy),
        nameof(PruneReport), nameof(PruneRequest), nameof(S3Bucket), nameof(S3Credential), nameof(SealedInputs), nameof(SecretArguments), nameof(SecretSource), nameof(SshAgentSource), nameof(UnknownBase), nameof(ClientDirectory),
    ];

    // Arrows back to what puts the engine together, each with its reason.
    private static readonly Dictionary<(string From, string To), string> Exceptions = new()
    {
        [("Planning.SourceNodes", nameof(Failures))] = "a base image that cannot be had is explained where it is named",
        [("Planning.RemoteNodes", nameof(Failures))] = "a file that cannot be fetched is explained where it is added",
        [("Sources.ImageResolver", nameof(Failures))] = "an image that its registry does not have is explained with one of a similar name",
        [("Exporting.Exporter", nameof(Failures))] = "an export that fails is explained with its destination",
        [("Exporting.Exporter", nameof(EngineParts))] = "it writes to the store and to registries, which are parts",
        [("Sources.Debian.DebianBase", nameof(EngineParts))] = "it makes an image in the store and runs a tool in the work area, which are parts",
        [("Bundling.BundleWriter", nameof(EngineParts))] = "it collects from the store, which is in parts",
        [("Bundling.ReplayedBuild", nameof(EngineParts))] = "it gives the store what a bundle holds, which is in parts",
        [("Bundling.ReplayedBuild", nameof(IReplay))] = "a build asks it for what was recorded",
        [("Housekeeping.InventoryReader", nameof(EngineParts))] = "it looks at the whole store, which is in parts",
        [("Housekeeping.Prune", nameof(EngineParts))] = "it removes from the whole store, which is in parts",
    };

    private static readonly Lazy<ImmutableArray<(string From, string To)>> References = new(static () => TypeReferences.Read(typeof(BuildEngine).Assembly));

    [Fact]
    public void Rooms_know_only_the_rooms_that_they_may_know()
    {
        Dictionary<string, string[]> allowed = Rooms.ToDictionary(static r => r.Room, static r => r.MayKnow);
        string[] forbidden =
        [
            .. References.Value.Where(static r => RoomOf(r.From) is { Length: > 0 } && RoomOf(r.To) is { Length: > 0 })
                .Where(r => RoomOf(r.From) != RoomOf(r.To) && !allowed[RoomOf(r.From)!].Contains(RoomOf(r.To))) // not null: filtered above
                .Select(static r => $"{r.From} knows {r.To}"),
        ];
        Assert.Empty(forbidden);
    }

    [Fact]
    public void What_a_room_may_know_stands_above_it()
    {
        string[] order = [.. Rooms.Select(static r => r.Room)];
        Assert.All(Rooms, room => Assert.All(room.MayKnow, known => Assert.True(Array.IndexOf(order, known) < Array.IndexOf(order, room.Room), $"{room.Room} may know {known}")));
    }

    [Fact]
    public void Every_namespace_is_a_room() =>
        Assert.Equal(Rooms.Select(static r => r.Room).Order(), References.Value.Select(static r => RoomOf(r.From)).Where(static r => r is { Length: > 0 }).Distinct().Order());

    [Fact]
    public void Every_permission_is_needed()
    {
        HashSet<(string?, string?)> used = [.. References.Value.Select(static r => (RoomOf(r.From), RoomOf(r.To)))];
        Assert.All(Rooms.SelectMany(static r => r.MayKnow.Select(known => (r.Room, known))), arrow => Assert.Contains(arrow, used));
        HashSet<(string, string)> types = [.. References.Value.Select(static r => (Short(r.From), Short(r.To)))];
        Assert.All(Exceptions.Keys, arrow => Assert.Contains(arrow, types));
    }

    [Fact]
    public void Of_what_puts_the_engine_together_rooms_know_only_the_words()
    {
        string[] forbidden =
        [
            .. References.Value.Where(static r => RoomOf(r.From) is { Length: > 0 } && RoomOf(r.To) == "")
                .Where(static r => !Words.Contains(Short(r.To)) && !Exceptions.ContainsKey((Short(r.From), Short(r.To))))
                .Select(static r => $"{r.From} knows {r.To}"),
        ];
        Assert.Empty(forbidden);
    }

    [Fact]
    public void The_words_know_no_room() =>
        Assert.Empty(References.Value.Where(static r => RoomOf(r.From) == "" && Words.Contains(Short(r.From)) && RoomOf(r.To) is { Length: > 0 } and not "Exporting").Select(static r => $"{r.From} knows {r.To}"));

    [Fact]
    public void A_lower_assembly_does_not_know_a_higher_one()
    {
        Assert.Empty(OwnReferences(typeof(DockerfileParser)));
        Assert.Empty(OwnReferences(typeof(Digest)));
        Assert.Equal(["Caisson.Oci"], OwnReferences(typeof(DirectoryTree)));
        Assert.Equal(["Caisson.Dockerfile", "Caisson.Linux", "Caisson.Oci"], OwnReferences(typeof(BuildEngine)));
    }

    [Fact]
    public void Only_the_room_of_the_kernel_calls_the_kernel()
    {
        Assert.NotEmpty(TypeReferences.NativeCalls(typeof(DirectoryTree).Assembly));
        Assert.All((Type[])[typeof(DockerfileParser), typeof(Digest), typeof(BuildEngine)], static type => Assert.Empty(TypeReferences.NativeCalls(type.Assembly)));
    }

    [Fact]
    public void Only_the_room_of_the_kernel_has_unsafe_code()
    {
        Assert.True(HasUnsafeCode(typeof(DirectoryTree)));
        Assert.All((Type[])[typeof(DockerfileParser), typeof(Digest), typeof(BuildEngine)], static type => Assert.False(HasUnsafeCode(type), type.Assembly.GetName().Name));
    }

    // Set by the compiler on a module in which unsafe code is allowed.
    private static bool HasUnsafeCode(Type type) => type.Module.GetCustomAttributesData().Any(static a => a.AttributeType.Name == "UnverifiableCodeAttribute");

    private static string[] OwnReferences(Type type) =>
        [.. type.Assembly.GetReferencedAssemblies().Select(static (AssemblyName a) => a.Name ?? "").Where(static n => n.StartsWith("Caisson.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    // Empty for the root of the namespaces; null for what the compiler made.
    private static string? RoomOf(string type) =>
        !type.StartsWith(Root + ".", StringComparison.Ordinal) ? null
        : Short(type).Split('.') is [string room, _, ..] ? room
        : "";

    private static string Short(string type) => type.StartsWith(Root + ".", StringComparison.Ordinal) ? type[(Root.Length + 1)..] : type;
}
