using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;

namespace Caisson.Engine.Planning;

/// <summary>What people read of addresses: never the credentials in them.</summary>
internal static class RemoteText
{
    private const int ShortCommitLength = 12;

    /// <summary>What is read of a fetch.</summary>
    public static string Of(Operation.Fetched fetched) => fetched switch
    {
        Operation.Http http => "fetch " + Shown(http.Address),
        Operation.Git git => $"fetch {Shown(git.Remote)} at {git.Commit[..Math.Min(ShortCommitLength, git.Commit.Length)]}",
        _ => throw new System.Diagnostics.UnreachableException(fetched.GetType().Name),
    };

    /// <summary>A text with the user names and passwords of addresses left out.</summary>
    public static string Shown(string text) => AddressCredentials.Remove(text);
}
