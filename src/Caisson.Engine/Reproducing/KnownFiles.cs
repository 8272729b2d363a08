using System.Collections.Immutable;
using System.IO.Enumeration;
using System.Text;

namespace Caisson.Engine.Reproducing;

/// <summary>The files that are known to differ from build to build, and the cure of each. The first that fits counts.</summary>
internal static class KnownFiles
{
    private const string Logs = "remove what logs the installation in the same step: rm -rf /var/log/*";
    private const string Caches = "keep caches out of the image: RUN --mount=type=cache, or remove them in the same step";

    private static readonly ImmutableArray<KnownFile> All =
    [
        new("var/cache/ldconfig/aux-cache", "the cache of ldconfig, with inode numbers and times", DifferenceKind.TimeStamp, "remove it in the same step: rm -f /var/cache/ldconfig/aux-cache; only ldconfig reads it"),
        new("var/log/**", "a log", DifferenceKind.TimeStamp, Logs),
        new("var/lib/apt/lists/**", "a list of packages, as the repository had it", DifferenceKind.Content, "remove it in the same step: rm -rf /var/lib/apt/lists/*; for the same packages each time see caisson lock"),
        new("var/cache/apt/**", "a cache of apt", DifferenceKind.Content, "remove it in the same step: apt-get clean; rm -f /var/cache/apt/*.bin"),
        new("var/cache/debconf/**", "answers of debconf", DifferenceKind.Order, "remove what is not needed in the same step: rm -f /var/cache/debconf/*-old"),
        new("var/cache/fontconfig/**", "a cache of fonts, with the times of directories", DifferenceKind.TimeStamp, "remove it in the same step: rm -rf /var/cache/fontconfig"),
        new("var/cache/man/**", "a cache of manual pages", DifferenceKind.TimeStamp, "remove it in the same step: rm -rf /var/cache/man"),
        new("etc/machine-id", "the id of a machine", DifferenceKind.Random, "leave it empty: : > /etc/machine-id; each container makes its own"),
        new("var/lib/dbus/machine-id", "the id of a machine", DifferenceKind.Random, "remove it in the same step: rm -f /var/lib/dbus/machine-id"),
        new("etc/ssh/ssh_host_*", "a key of a machine", DifferenceKind.Random, "remove it in the same step, and make it when the container starts: ssh-keygen -A"),
        new("etc/ssl/private/**", "a private key", DifferenceKind.Random, "make no key in a build: remove it in the same step, and make it when the container starts"),
        new("etc/shadow*", "passwords, with the day of their last change", DifferenceKind.TimeStamp, "declare ARG SOURCE_DATE_EPOCH in the stage: useradd takes the day from it; no password with a random salt"),
        new("root/.cache/**", "a cache", DifferenceKind.Content, Caches),
        new("tmp/**", "a temporary file", DifferenceKind.Random, "remove it in the same step, or mount the directory: RUN --mount=type=tmpfs,target=/tmp"),
        new("*.pyc", "compiled Python, with the time of its source", DifferenceKind.TimeStamp, "PYTHONDONTWRITEBYTECODE=1 (ENV), pip --no-compile, or python -m compileall --invalidation-mode=unchecked-hash; PYTHONHASHSEED=0 where the order of a set got in"),
        new(".package-lock.json", "what npm remembers of an installation", DifferenceKind.Order, "npm ci with a lock file; remove node_modules/.package-lock.json in the same step"),
        new("cacerts", "a key store of Java, with the times of its entries", DifferenceKind.TimeStamp, "declare ARG SOURCE_DATE_EPOCH in the stage, or make it when the container starts"),
        new("*.log", "a log", DifferenceKind.TimeStamp, Logs),
        new("**", "a gzip file", DifferenceKind.TimeStamp, "gzip -n keeps name and time out of it") { Magic = "\u001f\u008b" },
        new("*.jar", "an archive of Java", DifferenceKind.TimeStamp, "jar --date=TIME, project.build.outputTimestamp of Maven, preserveFileTimestamps=false and reproducibleFileOrder=true of Gradle") { Magic = "PK" },
        new("**", "a zip archive", DifferenceKind.TimeStamp, "zip -X, names sorted (find … | LC_ALL=C sort | zip -X@), and the times of the files set before: touch -d @$SOURCE_DATE_EPOCH") { Magic = "PK" },
        new("**", "an archive of ar, with times and owners", DifferenceKind.TimeStamp, "ar -D (ARFLAGS=Drc), ranlib -D: no times, owners and modes") { Magic = "!<arch>\n" },
        new("**", "a tar archive", DifferenceKind.TimeStamp, "tar --sort=name --mtime=@$SOURCE_DATE_EPOCH --owner=0 --group=0 --numeric-owner") { Magic = "ustar", MagicOffset = 257 },
        new("**", "a program or library", DifferenceKind.Random, "go build -trimpath -ldflags=-buildid=; gcc -ffile-prefix-map=$PWD=. -frandom-seed=…, ld --build-id=none; no __DATE__, no date in -ldflags=-X") { Magic = "\u007fELF" },
        new("**", "a database of SQLite", DifferenceKind.Content, "write it anew in a fixed order, without times: sqlite3 DB .dump | sort…; VACUUM INTO a new file") { Magic = "SQLite format 3\0" },
    ];

    /// <summary>The known file that this one is; null for none.</summary>
    /// <param name="path">Its path, without the first slash.</param>
    /// <param name="content">Its bytes, as far as they are at hand.</param>
    public static KnownFile? Find(string path, ReadOnlySpan<byte> content)
    {
        foreach (KnownFile known in All)
        {
            if (Fits(known.Path, path) && BeginsWith(content, known))
                return known;
        }
        return null;
    }

    private static bool Fits(string pattern, string path)
    {
        if (pattern == "**")
            return true;
        if (pattern.EndsWith("/**", StringComparison.Ordinal))
            return path.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 2), StringComparison.Ordinal);
        if (!pattern.Contains('/', StringComparison.Ordinal))
            return FileSystemName.MatchesSimpleExpression(pattern, path.AsSpan(path.LastIndexOf('/') + 1), ignoreCase: false);
        int slash = pattern.LastIndexOf('/');
        return path.LastIndexOf('/') == slash && path.AsSpan().StartsWith(pattern.AsSpan(0, slash), StringComparison.Ordinal) && FileSystemName.MatchesSimpleExpression(pattern.AsSpan(slash + 1), path.AsSpan(slash + 1), ignoreCase: false);
    }

    private static bool BeginsWith(ReadOnlySpan<byte> content, KnownFile known) =>
        known.Magic.Length == 0 || (content.Length > known.MagicOffset && content[known.MagicOffset..].StartsWith(Encoding.Latin1.GetBytes(known.Magic)));
}
