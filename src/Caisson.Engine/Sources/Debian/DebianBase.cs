using System.Collections.Immutable;
using System.Globalization;
using Caisson.Engine.Imaging;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Sources.Debian;

/// <summary>
/// Makes a base image from a Debian-style package repository with mmdebstrap: signatures checked, the same repository giving the same image, and the list of
/// packages kept with it.
/// </summary>
/// <param name="parts">The engine.</param>
/// <param name="request">What is asked for.</param>
/// <param name="log">Takes what mmdebstrap says of its progress.</param>
internal sealed class DebianBase(EngineParts parts, DebianBaseRequest request, IProcessOutput log)
{
    private const string AptHelper = "/usr/lib/apt/apt-helper";
    private const string PackageFile = "/caisson-packages";
    private const string ReleaseFile = "/caisson-release";

    // What weakens the check of signatures must not come from the machine's configuration, nor stay in the image.
    private static readonly ImmutableArray<string> StrictOptions =
    [
        "--aptopt=Acquire::AllowInsecureRepositories \"false\"",
        "--aptopt=Acquire::AllowDowngradeToInsecureRepositories \"false\"",
        "--aptopt=APT::Get::AllowUnauthenticated \"false\"",
        "--customize-hook=rm -f \"$1/etc/apt/apt.conf.d/99mmdebstrap\"",
    ];

    /// <summary>Makes the image and stores it.</summary>
    /// <exception cref="BuildException">A repository is not signed as it should be or cannot be reached, a package is unknown, or mmdebstrap is missing.</exception>
    public async Task<Image> MakeAsync(CancellationToken ct)
    {
        // 1. Where packages come from, and the time of the repository: that is the time of the image.
        ImmutableArray<AptSource> sources = [.. Sources().Select(static s => s.ForChroot())];
        if (parts.Options.IsOffline)
            CheckOffline(sources);
        string release = await FetchReleaseAsync(sources[0], ct).ConfigureAwait(false);
        FileTime time = TimeOf(release);
        // 2. The file system, as an archive.
        string archive = parts.Work.NewPath("base.tar");
        string packageFile = parts.Work.NewPath("packages");
        string releaseFile = parts.Work.NewPath("release");
        await RunAsync(sources, time, new Outputs(archive, packageFile, releaseFile), ct).ConfigureAwait(false);
        // The time was read before any signature was checked: now that one was, it must still be the same.
        if (TimeOf(await File.ReadAllTextAsync(releaseFile, ct).ConfigureAwait(false)) != time)
            throw new BuildException(EngineCodes.BaseFailed, "the repository changed while the base image was being made", "make it again");
        // 3. The archive without what is of this machine, as a layer.
        string blob = parts.Work.NewPath("blob");
        BlobForm form = new(LayerCompression.Default, time);
        BlobRecord record = await BaseArchive.ConvertAsync(archive, blob, form, request.Variant == DebianVariant.Extract, parts.Options.Parallelism, ct).ConfigureAwait(false);
        ImageLayer layer = new(record.Blob, record.DiffId, parts.Images.Layout);
        await parts.Images.Layout.AddFileAsync(layer.Blob, blob, ct).ConfigureAwait(false);
        // 4. The image.
        Image image = Image.Create(ConfigOf(time), [layer], Annotations(await File.ReadAllLinesAsync(packageFile, ct).ConfigureAwait(false)));
        await parts.Images.Layout.AddImageAsync(image, request.Name.WithDefaultTag(), ct).ConfigureAwait(false);
        return image;
    }

    private ImmutableArray<AptSource> Sources()
    {
        if (!request.Mirrors.IsEmpty)
            return [.. request.Mirrors.Select(m => new AptSource(CheckedMirror(m), request.Suite, request.Components))];
        ImmutableArray<AptSource> machine = AptSource.ReadMachine("/etc/apt");
        ImmutableArray<AptSource> own = [.. machine.Where(s => s.Suite == request.Suite || s.Suite.StartsWith(request.Suite + "-", StringComparison.Ordinal))];
        if (own.Any(s => s.Suite == request.Suite))
            return [.. own.OrderBy(s => s.Suite == request.Suite ? 0 : 1).Select(s => s with { Components = request.Components })];
        // Another release than the machine's: the repository of the machine's main one usually has it too.
        AptSource main = machine.FirstOrDefault(static s => !s.Suite.Contains('-', StringComparison.Ordinal))
            ?? throw new BuildException(EngineCodes.BaseFailed, "no package repository is given, and the machine's apt configuration names none", "give one with --mirror URL");
        return [main with { Suite = request.Suite, Components = request.Components }];
    }

    /// <summary>Refuses repositories of other machines.</summary>
    private static void CheckOffline(IEnumerable<AptSource> sources)
    {
        foreach (AptSource source in sources)
        {
            if (!source.Uri.StartsWith("file:", StringComparison.Ordinal) && !source.Uri.StartsWith("copy:", StringComparison.Ordinal))
                throw new BuildException(EngineCodes.Offline, $"{source.Uri} is not asked: this is offline", "leave out --offline, or name a repository on this machine: --mirror file:///…");
        }
    }

    private static string CheckedMirror(string mirror) =>
        Uri.TryCreate(mirror, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" or "file" or "copy" && !mirror.Any(char.IsWhiteSpace)
            ? mirror
            : throw new BuildException(EngineCodes.BaseFailed, $"\"{mirror}\" is not the address of a package repository", "write an address such as https://mirror.example/debian");

    private async Task<string> FetchReleaseAsync(AptSource source, CancellationToken ct)
    {
        string last = "";
        foreach (string name in (string[])["InRelease", "Release"])
        {
            string file = parts.Work.NewPath("release");
            ProcessRequest fetch = new() { File = AptHelper, Arguments = ["download-file", $"{source.Uri.TrimEnd('/')}/dists/{source.Suite}/{name}", file] };
            ProcessResult result = await ProcessRunner.Direct.CaptureAsync(fetch, ct).ConfigureAwait(false);
            if (result.ExitCode == 0)
                return await File.ReadAllTextAsync(file, ct).ConfigureAwait(false);
            last = result.Error.Trim().Split('\n')[^1];
        }
        throw new BuildException(EngineCodes.BaseFailed, $"the package repository has no release \"{source.Suite}\", or does not answer: {last}", "check --suite and --mirror");
    }

    // Debian repository format, "Release files": "Date: Sat, 11 May 2024 09:12:31 UTC".
    private static FileTime TimeOf(string release)
    {
        string? date = release.Split('\n').FirstOrDefault(static l => l.StartsWith("Date:", StringComparison.Ordinal))?["Date:".Length..].Trim();
        return DateTimeOffset.TryParse(date?.Replace("UTC", "GMT", StringComparison.Ordinal), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? new FileTime(time.ToUnixTimeSeconds(), 0)
            : throw new BuildException(EngineCodes.BaseFailed, "the package repository's release has no date");
    }

    private async Task RunAsync(ImmutableArray<AptSource> sources, FileTime time, Outputs outputs, CancellationToken ct)
    {
        LastErrors errors = new(log);
        ProcessRequest mmdebstrap = new()
        {
            File = SearchPath.Find(parts.Options.SearchPath, "mmdebstrap")
                ?? throw new BuildException(EngineCodes.MissingProgram, "base images are made with mmdebstrap, which is not on this machine", "apt-get install mmdebstrap"),
            Arguments =
            [
                $"--mode={(CurrentProcess.EffectiveUserId == 0 ? "root" : "unshare")}",
                $"--variant={request.Variant.ToString().ToLowerInvariant()}",
                "--format=tar",
                .. StrictOptions,
                .. KeyringOptions(),
                .. request.Packages.IsEmpty ? (string[])[] : [$"--include={string.Join(',', request.Packages)}"],
                .. Hooks(outputs),
                request.Suite,
                outputs.Archive,
                .. sources.Select(static s => s.ToLine()),
            ],
            Environment = ImmutableSortedDictionary.CreateRange<string, string?>(StringComparer.Ordinal,
            [
                new("SOURCE_DATE_EPOCH", time.Seconds.ToString(CultureInfo.InvariantCulture)),
                new("LC_ALL", "C.UTF-8"),
                new("TMPDIR", null),
            ]),
        };
        int exitCode = await ProcessRunner.Direct.RunAsync(mmdebstrap, errors, started: null, ct).ConfigureAwait(false);
        if (exitCode != 0)
            throw new BuildException(EngineCodes.BaseFailed, $"mmdebstrap failed: {errors.Reason}", errors.Hint);
    }

    // A file takes the place of apt's trusted.gpg only; the empty directory that of trusted.gpg.d, whose keys would be trusted besides.
    private IEnumerable<string> KeyringOptions() =>
        request.Keyring is { } keyring ? [$"--keyring={Path.GetFullPath(keyring)}", $"--keyring={parts.Work.NewDirectory("no-keys")}"] : [];

    // Without dpkg in the image, its packages' archives tell what was unpacked; elsewhere dpkg's own list does. The hook for what is to be
    // customized is not called where nothing is installed. As an ordinary user, hooks are somebody else, who writes into the new file system only.
    private IEnumerable<string> Hooks(Outputs outputs)
    {
        bool isDistroless = request.Variant == DebianVariant.Extract;
        string release = $"cat \"$1\"/var/lib/apt/lists/*_dists_{request.Suite}_*Release > \"$1{ReleaseFile}\"";
        string packages = isDistroless
            ? "mkdir -p \"$1/var/lib/dpkg/status.d\"; for f in \"$1\"/var/cache/apt/archives/*.deb; do " +
              $"dpkg-deb -W --showformat='${{Package}}=${{Version}}\\n' \"$f\" >> \"$1{PackageFile}\"; " +
              "dpkg-deb -f \"$f\" > \"$1/var/lib/dpkg/status.d/$(dpkg-deb -f \"$f\" Package)\"; done"
            : $"dpkg-query --admindir=\"$1/var/lib/dpkg\" -W -f='${{Package}}=${{Version}}\\n' > \"$1{PackageFile}\"";
        string hook = isDistroless ? "--extract-hook=" : "--customize-hook=";
        return
        [
            hook + release,
            hook + packages,
            $"{hook}download {ReleaseFile} {Quoted(outputs.Release)}",
            $"{hook}download {PackageFile} {Quoted(outputs.Packages)}",
            $"{hook}rm \"$1{ReleaseFile}\" \"$1{PackageFile}\"",
        ];
    }

    // mmdebstrap(1), "SPECIAL HOOKS": arguments are split as a shell does it.
    private static string Quoted(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private ImageConfig ConfigOf(FileTime time)
    {
        DateTimeOffset created = DateTimeOffset.FromUnixTimeSeconds(time.Seconds);
        string packages = string.Concat(request.Packages.Select(static p => $" --package {p}"));
        return new ImageConfig
        {
            Created = created,
            Os = "linux",
            Architecture = MachinePlatform.Current.Architecture,
            Variant = MachinePlatform.Current.Variant,
            RootFs = new RootFs { DiffIds = [] },
            Config = new ContainerConfig
            {
                Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
                Cmd = request.Variant == DebianVariant.Extract ? null : ["bash"],
            },
            History = [new HistoryEntry { Created = created, CreatedBy = $"caisson base debian --suite {request.Suite} --variant {request.Variant.ToString().ToLowerInvariant()}{packages}", Comment = "caisson" }],
        };
    }

    private ImmutableSortedDictionary<string, string> Annotations(string[] packages) => ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
    [
        KeyValuePair.Create("io.caisson.base.suite", request.Suite),
        KeyValuePair.Create(BasePackages.Annotation, string.Join(' ', packages.Where(static p => p.Length > 0).Order(StringComparer.Ordinal))),
    ]);

    private sealed record Outputs(string Archive, string Packages, string Release);
}
