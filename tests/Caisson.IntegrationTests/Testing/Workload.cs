namespace Caisson.IntegrationTests.Testing;

/// <summary>A project whose build needs no base image, and that goes through every kind of step: copies, commands, cache and bind mounts, two stages at the same time.</summary>
internal static class Workload
{
    private const string Dockerfile = """
        FROM scratch AS base
        COPY busybox /bin/
        RUN ["/bin/busybox", "--install", "/bin"]
        WORKDIR /work

        FROM base AS left
        COPY --chown=12:34 tree tree
        RUN --mount=type=cache,target=/var/cache/left for i in 1 2 3 4 5 6 7 8; do cat tree/*/* > out.$i; echo $i >> /var/cache/left/count; done; mkfifo pipe; chmod 4711 out.1
        RUN rm -r tree/3 && ln out.2 hard && ln -s out.3 soft && touch -d @5000000000 young

        FROM base AS right
        RUN --mount=type=bind,source=tree,target=/mnt find /mnt -type f -exec sha256sum {} + | sort > sums
        RUN mkdir -p a/b/c && cp /bin/busybox a/b/c/ && chown -R 7:8 a

        FROM base
        COPY --from=left /work /left
        COPY --from=right /work /right
        RUN rm -rf /left/tree/5 && echo done > /left/tree/state
        USER 10001:10001
        ENTRYPOINT ["/bin/sh"]
        """;

    private const int Folders = 8;
    private const int Files = 12;
    private const int Lines = 400;

    /// <summary>Writes the project into a directory.</summary>
    /// <param name="directory">The directory; it is made.</param>
    /// <param name="isBackwards">Whether its files are made in the opposite order.</param>
    public static void Write(string directory, bool isBackwards = false)
    {
        string busybox = Tool.Require("busybox");
        Directory.CreateDirectory(directory);
        List<string> names = [.. Enumerable.Range(0, Folders * Files).Select(static i => $"tree/{i / Files}/file {i % Files}")];
        if (isBackwards)
            names.Reverse();
        foreach (string name in names)
        {
            string path = Path.Combine(directory, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!); // what is in a directory has one above it
            File.WriteAllLines(path, Enumerable.Range(0, Lines).Select(line => $"{name}: {line}"));
        }
        File.Copy(busybox, Path.Combine(directory, "busybox"));
        File.WriteAllText(Path.Combine(directory, "Dockerfile"), Dockerfile);
        OpenToAll(directory);
    }

    // Modes are part of what is copied, and depend on the umask of whoever writes the project.
    private static void OpenToAll(string directory)
    {
        foreach (string path in Directory.GetFileSystemEntries(directory, "*", SearchOption.AllDirectories).Append(directory))
            File.SetUnixFileMode(path, Directory.Exists(path) || Path.GetFileName(path) == "busybox" ? Mode(0b111_101_101) : Mode(0b110_100_100));
    }

    private static UnixFileMode Mode(int bits) => (UnixFileMode)bits;
}
