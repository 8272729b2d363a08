using System.Collections.Immutable;

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

    private static readonly string[] Context =
        ["mkdir -p dir/sub empty", "echo a > a", "echo b > b.txt", "echo c > dir/c.txt", "echo d > dir/sub/d.txt", "echo e > dir/sub/e", "ln -s a to-file", "ln -s dir to-dir", "ln -s nowhere dir/dangling", "ln -s ../a dir/up"];

    private const int OneIn = 4;

    // The runtime's own generator is another one in each of its versions.
    private ulong _state = (ulong)seed * 0x9E3779B97F4A7C15 + 1;

    /// <summary>Makes the case.</summary>
    public GeneratedCase Make()
    {
        ImmutableArray<string> instructions = MakeInstructions();
        ImmutableArray<string> script = MakeScript();
        return new GeneratedCase(instructions, script, MakeIgnored());
    }

    private ImmutableArray<string> MakeInstructions()
    {
        ImmutableArray<string>.Builder lines = ImmutableArray.CreateBuilder<string>();
        if (Chance())
            lines.Add("WORKDIR /work");
        int instructions = 1 + Next(3);
        for (int i = 0; i < instructions; i++)
            lines.Add(Instruction());
        return lines.ToImmutable();
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
        return $"{keyword} {link}{owner}{Pick(Modes)}{Pick(Excludes)}{sources} {destination}";
    }

    private ImmutableArray<string> MakeScript()
    {
        ImmutableArray<string>.Builder lines = ImmutableArray.CreateBuilder<string>();
        lines.AddRange(Context);
        if (Chance())
            lines.Add("ln dir/c.txt dir/sub/again");
        if (Chance())
            lines.AddRange($"chmod {Pick(["0600", "0755", "0711", "4755"])} a", $"chmod {Pick(["0700", "0777", "2755"])} dir");
        if (Chance())
            lines.Add("chown 5:6 b.txt dir/sub");
        return lines.ToImmutable();
    }

    private ImmutableArray<string> MakeIgnored() => Chance() ? [.. Enumerable.Range(0, 1 + Next(3)).Select(_ => Pick(Patterns))] : [];

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
