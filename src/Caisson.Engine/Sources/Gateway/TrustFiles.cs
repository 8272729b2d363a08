using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>The files that make programs of steps trust the gateway: mounted while a step runs, and in no layer.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="authority">Whom they are to trust.</param>
/// <param name="work">For the files.</param>
/// <param name="marks">The marks in the directories of layers.</param>
internal sealed class TrustFiles(EphemeralAuthority authority, WorkArea work, OverlayMarks marks)
{
    /// <summary>What every trust store of Java is locked with.</summary>
    public const string JavaPassword = "changeit";

    private const int MaxBundleBytes = 16 << 20;

    /// <summary>Where distributions keep the certificates of all authorities in one file, relative to the root.</summary>
    public static readonly ImmutableArray<string> Bundles =
    [
        "etc/ssl/certs/ca-certificates.crt", // Debian, Alpine, Arch
        "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // RHEL, Fedora
        "etc/pki/tls/certs/ca-bundle.crt", // older of these
        "etc/ssl/ca-bundle.pem", // SUSE
        "etc/ssl/cert.pem", // Alpine, OpenBSD's libraries
        "var/lib/ca-certificates/ca-bundle.pem",
    ];

    private static readonly string[] JavaPlaces = ["etc/ssl/certs/java", "usr/lib/jvm", "opt/java", "usr/local/openjdk-8", "usr/local/openjdk-11", "usr/java"];

    // By the bundle of the root; a build has few.
    private readonly ConcurrentDictionary<string, Lazy<string>> _directories = new(StringComparer.Ordinal);

    /// <summary>What makes the programs of a root trust the gateway.</summary>
    /// <param name="root">The root, to look at.</param>
    public async Task<StepTrust> ForAsync(IFileTree root)
    {
        ImmutableArray<(FileEntry Entry, byte[] Content)> bundles = [.. Bundles.Select(place => root.Find(TreePath.Resolve(root, place))).OfType<FileEntry>().DistinctBy(static e => e.Path).Where(static e => e is { Kind: EntryKind.File, SizeBytes: < MaxBundleBytes }).Select(e => (e, Read(root, e)))];
        // What passes unseen shows the certificates of the hosts themselves, so those of the root are trusted besides.
        byte[] bundle = bundles.IsEmpty ? [] : bundles[0].Content;
        string directory = _directories.GetOrAdd(Digest.OfBytes(bundle).Value, _ => new(() => Write(bundle))).Value;
        return new StepTrust
        {
            Mounts = [new SandboxMount.Bind(StepTrust.Directory, directory, ReadOnly: true, IsDirectory: true)],
            Bundles = bundles.IsEmpty ? null : await SubstitutedFiles.MakeAsync(work.NewDirectory("authorities"), root, bundles, Addition, marks).ConfigureAwait(false),
            HasJava = JavaPlaces.Any(place => root.Find(TreePath.Resolve(root, place)) is not null),
        };
    }

    // With an end of line before it, should the file lack one.
    private byte[] Addition => Encoding.ASCII.GetBytes("\n" + authority.CertificatePem);

    private static byte[] Read(IFileTree root, FileEntry entry)
    {
        using SafeFileHandle file = root.Open(entry.Path);
        byte[] content = new byte[RandomAccess.GetLength(file)];
        return content[..RandomAccess.Read(file, content, 0)];
    }

    private string Write(byte[] bundle)
    {
        string directory = work.NewDirectory("trust");
        Write(directory, StepTrust.CertificatesPath, [.. bundle, .. Addition]);
        Write(directory, StepTrust.AptPath, Encoding.ASCII.GetBytes($"Acquire::https::CAInfo \"{StepTrust.CertificatesPath}\";\nAcquire::PDiffs \"false\";\n"));
        Write(directory, StepTrust.WgetPath, Encoding.ASCII.GetBytes($"ca_certificate={StepTrust.CertificatesPath}\n"));
        Write(directory, StepTrust.JavaPath, JavaStore());
        using DirectoryHandle opened = DirectoryHandle.Open(directory);
        opened.SetOwnAttributes(0x1ED, CurrentProcess.EffectiveUserId, CurrentProcess.EffectiveGroupId); // 0755: programs run as anyone
        return directory;
    }

    private static void Write(string directory, string path, byte[] content)
    {
        string file = Path.Combine(directory, Path.GetFileName(path));
        File.WriteAllBytes(file, content);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    // The form that every Java reads: JDK, sun.security.provider.JavaKeyStore. The hash at its end is no protection, and none is needed.
    private byte[] JavaStore()
    {
        ReadOnlySpan<byte> certificate = authority.CertificateDer.Span;
        ArrayBufferWriter<byte> store = new();
        Write(store, 0xFEEDFEED, 2, 1, 2); // magic, version, one entry, which is a trusted certificate
        Write(store, "caisson");
        Write(store, 0, 0); // made in 1970
        Write(store, "X.509");
        Write(store, (uint)certificate.Length);
        store.Write(certificate);
        byte[] hashed = [.. Encoding.BigEndianUnicode.GetBytes(JavaPassword), .. "Mighty Aphrodite"u8, .. store.WrittenSpan];
        store.Write(HashOfStore(hashed));
        return store.WrittenSpan.ToArray();
    }

    [SuppressMessage("Security", "CA5350:Do not use weak cryptographic algorithms", Justification = "the format has no other")]
    private static byte[] HashOfStore(byte[] hashed) => SHA1.HashData(hashed);

    private static void Write(ArrayBufferWriter<byte> store, params ReadOnlySpan<uint> numbers)
    {
        foreach (uint number in numbers)
        {
            BinaryPrimitives.WriteUInt32BigEndian(store.GetSpan(sizeof(uint)), number);
            store.Advance(sizeof(uint));
        }
    }

    private static void Write(ArrayBufferWriter<byte> store, string text)
    {
        BinaryPrimitives.WriteUInt16BigEndian(store.GetSpan(sizeof(ushort)), (ushort)text.Length);
        store.Advance(sizeof(ushort));
        store.Write(Encoding.ASCII.GetBytes(text));
    }
}
