using System.CommandLine;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary>The options of a build about what it may take from outside.</summary>
internal sealed class HermeticOptions
{
    private readonly Option<bool> _hermetic = new("--hermetic") { Description = "Take nothing from outside that neither a policy nor the lock file names; steps have the network through the gateway" };
    private readonly Option<bool> _locked = new("--locked") { Description = "Take nothing from outside but what the lock file names, exactly as it says" };
    private readonly Option<string?> _lockFile = LockFileOption();
    private readonly Option<string[]> _policies = PolicyOption();

    /// <summary>The options to add to a command.</summary>
    public IEnumerable<Option> All => [_hermetic, _locked, _lockFile, _policies];

    /// <summary>Names the lock file.</summary>
    public static Option<string?> LockFileOption() => new("--lock-file") { Description = "The lock file. Default: the one beside the Dockerfile, which has its name with .lock", HelpName = "FILE" };

    /// <summary>Names policies.</summary>
    public static Option<string[]> PolicyOption() => new("--policy", "--source-policy-file")
    {
        Description = "Rules about what the build may take from outside; may be repeated. Default: caisson.policy.json beside the Dockerfile, when it is there",
        HelpName = "FILE",
        DefaultValueFactory = static _ => [],
    };

    /// <summary>A request with what the command line says.</summary>
    public BuildRequest Apply(ParseResult parsed, BuildRequest request) => request with
    {
        IsHermetic = parsed.GetValue(_hermetic),
        Locking = parsed.GetValue(_locked) ? Locking.Locked : Locking.Usual,
        LockPath = parsed.GetValue(_lockFile) is { } path ? Path.GetFullPath(path) : null,
        Policies = [.. parsed.GetValue(_policies) ?? []],
    };
}
