using System.Globalization;
using System.Text;

namespace Caisson.Conformance.Generation;

/// <summary>Makes Dockerfiles of COPY and ADD, with contexts to go with them: forms of sources and destinations, flags, ignore files and links, as a seed has it.</summary>
/// <remarks>Equal seeds make equal cases, on every machine.</remarks>
internal sealed class CaseGenerator(int seed)
{
    private static readonly string[] Sources =
        ["a", "b.txt", "dir", "dir/", "dir/sub", "./dir/c.txt", "/dir/c.txt", ".", "./", "*.txt", "d*", "dir/*", "*/c.txt", "**/*.txt", "?", "[ab]*", "to-file", "to-dir", "to-dir/c.txt", "missing", "*.none", "../a", "dir/../a", "empty"];

    private static readonly string[] Destinations =
        ["/", ".", "./", "out", "out/", "/new", "/new/", "/new/deep/name", "/new/deep/", "/srv/dir", "/srv/dir/", "/srv/file", "/srv/file/", "/srv/to-dir", "/srv/to-dir/", "/srv/to-dir/x", "/srv/to-file", "/srv/to-absolute/", "/srv/to-above/target/", "/srv/dangling", "/srv/dangling/", "/srv/to-link/", "../up/", "/srv/../opt/x", "/home/app/"];

    private static readonly string[] Owners = ["", "", "", "--chown=1:2 ", "--chown=app ", "--chown=app:users ", "--chown=:7 ", "--chown=42 "];
    private static readonly string[] Modes = ["", "", "", "--chmod=0750 ", "--chmod=644 ", "--chmod=u+x ", "--chmod=go-rwx,a+X ", "--chmod=u=rw,g=r,o= "];
    private static readonly string[] Excludes = ["", "", "", "", "--exclude=*.txt ", "--exclude=**/c.txt ", "--exclude=dir/sub ", "--exclude=sub --exclude=!sub/d.txt "];
    private static readonly string[] Patterns = ["*.txt", "!b.txt", "dir", "!dir/c.txt", "dir/sub/", "**/*.txt", "to-*", "empty", "**", "!a", "/a", "?.txt", "!dir/sub"];
    private const int OneIn = 4;

    // The runtime's own generator is another one in each of its versions.
    private ulong _state = (ulong)seed * 0x9E3779B97F4A7C15 + 1;

    /// <summary>Writes a case into a folder.</summary>
    public void Write(string path)
    {
        Directory.CreateDirectory(Path.Combine(path, "context"));
        File.WriteAllText(Path.Combine(path, "Dockerfile"), Dockerfile());
        File.WriteAllText(Path.Combine(path, "setup.sh"), Setup());
    }

    private string Dockerfile()
    {
        StringBuilder text = new("FROM base\n");
        if (Chance())
            text.Append("WORKDIR /work\n");
        int instructions = 1 + Next(3);
        for (int i = 0; i < instructions; i++)
            text.Append(Instruction());
        return text.ToString();
    }

    private string Instruction()
    {
        int count = Chance() ? 2 : 1;
        string destination = Pick(Destinations);
        // Several sources with no slash behind the destination is an intended difference, which has its own cases.
        if (count > 1 && !destination.EndsWith('/'))
            destination += "/";
        string keyword = Chance() ? "ADD" : "COPY";
        string link = Chance() ? "--link " : "", owner = Pick(Owners);
        // So is a name that is looked up for --link.
        if (link.Length > 0 && owner.Contains("app", StringComparison.Ordinal))
            owner = "";
        string sources = string.Join(' ', Enumerable.Range(0, count).Select(_ => Pick(Sources)));
        return $"{keyword} {link}{owner}{Pick(Modes)}{Pick(Excludes)}{sources} {destination}\n";
    }

    private string Setup()
    {
        StringBuilder script = new("""
            cd context
            mkdir -p dir/sub empty
            echo a > a; echo b > b.txt; echo c > dir/c.txt; echo d > dir/sub/d.txt; echo e > dir/sub/e
            ln -s a to-file; ln -s dir to-dir; ln -s nowhere dir/dangling; ln -s ../a dir/up

            """);
        if (Chance())
            script.Append("ln dir/c.txt dir/sub/again\n");
        if (Chance())
            script.Append(CultureInfo.InvariantCulture, $"chmod {Pick(["0600", "0755", "0711", "4755"])} a; chmod {Pick(["0700", "0777", "2755"])} dir\n");
        if (Chance())
            script.Append("chown 5:6 b.txt dir/sub\n");
        if (Chance())
        {
            script.Append("cat > .dockerignore <<'end'\n");
            int lines = 1 + Next(3);
            for (int i = 0; i < lines; i++)
                script.Append(Pick(Patterns)).Append('\n');
            script.Append("end\n");
        }
        return script.ToString();
    }

    private bool Chance() => Next(OneIn) == 0;

    private string Pick(string[] choices) => choices[Next(choices.Length)];

    // Marsaglia, "Xorshift RNGs", 2003, with the multiplication of xorshift64*.
    private int Next(int bound)
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (int)(((_state * 0x2545F4914F6CDD1D) >> 33) % (ulong)bound);
    }
}
