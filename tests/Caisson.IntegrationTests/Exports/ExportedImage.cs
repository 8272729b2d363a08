using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Exports;

/// <summary>One image with every kind of file in it, written once to every kind of place.</summary>
public sealed class ExportedImage : IDisposable
{
    /// <summary>Its name in the store, in layouts and in archives.</summary>
    public const string Name = "docker.io/library/every-kind:1";

    private const string Dockerfile = """
        FROM $BASE
        RUN <<first
        set -eu
        mkdir -p /t/plain /t/opaque/old /t/replaced /t/sticky
        chmod 1777 /t/sticky
        echo text > /t/plain/file
        ln /t/plain/file /t/plain/again
        ln -s file /t/plain/link
        ln -s /nowhere /t/plain/dangling
        echo owned > /t/owned; chown 1234:5678 /t/owned; chmod 0640 /t/owned
        echo program > /t/setuid; chmod 4755 /t/setuid
        mkfifo /t/fifo
        mknod /t/null c 1 3
        echo old > /t/opaque/old/file; echo gone > /t/gone; echo dir > /t/replaced/file
        truncate -s 5M /t/sparse; echo end >> /t/sparse
        echo long > "/t/$(printf 'n%.0s' $(seq 200))"
        echo name > "/t/ü b\\n"
        setxattr='my ($f, $n, $v) = @ARGV; $v = pack("H*", $v); syscall(188, $f, $n, $v, length($v), 0) == 0 or die $!'
        perl -e "$setxattr" /t/plain/file user.note 76616c7565
        cp /t/setuid /t/capable; chmod 755 /t/capable
        perl -e "$setxattr" /t/capable security.capability 0100000200040000000000000000000000000000
        first
        RUN <<second
        set -eu
        rm /t/gone
        rm -r /t/opaque; mkdir /t/opaque; echo new > /t/opaque/new
        rm -r /t/replaced; ln -s plain /t/replaced
        ln /t/owned /t/linked-later
        chmod 0700 /t/plain
        second
        COPY --chown=7:8 --chmod=0604 copied /t/
        LABEL kind=every

        """;

    private readonly ExampleBases _bases;
    private readonly TempDirectory _directory = new();
    private readonly Lazy<Task<Project>> _built;

    public ExportedImage(ExampleBases bases)
    {
        _bases = bases;
        _built = new(BuildAsync);
    }

    /// <summary>The store that it is in.</summary>
    public Store Store => _bases.Store;

    /// <summary>Where the exports are: <c>layout</c>, <c>oci.tar</c>, <c>docker.tar</c>, <c>local</c>, <c>files.tar</c>.</summary>
    internal async Task<string> PathAsync(string export)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "owners and devices need root");
        return Path.Combine((await _built.Value).Path, export);
    }

    /// <summary>A directory of the test's own that goes with this.</summary>
    internal string NewDirectory(string name) => _directory.Make(name);

    public void Dispose()
    {
        if (_built.IsValueCreated && _built.Value.IsCompletedSuccessfully)
            _built.Value.Result.Dispose();
        _directory.Dispose();
    }

    private async Task<Project> BuildAsync()
    {
        Project project = new(_bases.Store, Dockerfile.Replace("$BASE", await _bases.Debian, StringComparison.Ordinal));
        project.File("copied", "copied");
        (await project.TryBuildAsync(
            "-t", Name, "--metadata-file=metadata.json", "--iidfile=id",
            "-o", "type=image", "-o", "type=oci,tar=false,dest=layout", "-o", "type=oci,dest=oci.tar", "-o", "type=docker,dest=docker.tar",
            "-o", "type=local,dest=local", "-o", "type=tar,dest=files.tar")).Succeeded();
        return project;
    }
}
