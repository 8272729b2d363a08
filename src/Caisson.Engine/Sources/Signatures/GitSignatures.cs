using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Remote;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources.Git;
using Caisson.Engine.Steps;

namespace Caisson.Engine.Sources.Signatures;

/// <summary>Checks who signed a commit: a trusted key must have signed an annotated tag that stands for it, or the commit itself.</summary>
/// <param name="git">The program.</param>
/// <param name="place">The repository, which holds what is checked.</param>
/// <param name="keys">The keys.</param>
internal sealed class GitSignatures(GitProgram git, GitPlace place, TrustedKeys keys)
{
    // A tag of a tag is rare, and one of that many is a trap.
    private const int MaxTags = 8;

    private const string TagsPrefix = "refs/tags/";
    private const int ShownDigits = 12;
    private const int MaxShownLength = 80;

    /// <summary>Checks a commit.</summary>
    /// <param name="pinned">The commit; its tag, if there is one, with the name it was asked by.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StepException">No trusted key has signed, or the program that checks it is not on this machine.</exception>
    public async Task CheckAsync(Operation.Git pinned, CancellationToken ct)
    {
        ImmutableArray<SignedObject> chain = await FollowAsync(pinned.Commit, ct).ConfigureAwait(false);
        if (pinned.Tag is { } tag)
        {
            ImmutableArray<SignedObject> tagged = await FollowAsync(tag, ct).ConfigureAwait(false);
            if (tagged[^1].Object.Id != chain[^1].Object.Id)
                throw new StepException(EngineCodes.GitSignatureBad, $"the tag {tag[..ShownDigits]} of {RemoteText.Shown(pinned.Remote)} is not of commit {pinned.Commit}, as its server says", "do not trust this server");
            chain = tagged;
        }
        List<(SignedObject Signed, SignatureVerdict Verdict)> verdicts = [];
        foreach ((int index, SignedObject signed) in chain.Index())
        {
            SignatureVerdict verdict = index == 0 && IsRenamed(signed, pinned.Reference)
                ? new SignatureVerdict.Bad($"stands in the repository under another name, \"{Shown(pinned.Reference)}\"")
                : await keys.VerifyAsync(signed, ct).ConfigureAwait(false);
            if (verdict is SignatureVerdict.Good)
                return;
            verdicts.Add((signed, verdict));
        }
        throw Refusal(pinned, verdicts);
    }

    // From tags to the commit that they stand for, which is the last.
    private async Task<ImmutableArray<SignedObject>> FollowAsync(string id, CancellationToken ct)
    {
        ImmutableArray<SignedObject>.Builder chain = ImmutableArray.CreateBuilder<SignedObject>();
        for (string next = id; chain.Count <= MaxTags;)
        {
            SignedObject signed = SignedObject.Parse(await git.ReadAsync(next, place, ct).ConfigureAwait(false));
            chain.Add(signed);
            if (signed.Object.Type == "commit")
                return chain.ToImmutable();
            if (signed.Object.Type != "tag" || signed.Target is not { } target || !GitLocation.IsCommit(target))
                break;
            next = target;
        }
        throw new StepException(EngineCodes.GitSignatureBad, $"{id} stands for no commit");
    }

    // A signed tag of an old version may be shown under the name of a new one.
    private static bool IsRenamed(SignedObject signed, string? reference) =>
        signed.Object.Type == "tag" && reference?.StartsWith(TagsPrefix, StringComparison.Ordinal) == true && signed.TagName != reference[TagsPrefix.Length..];

    private StepException Refusal(Operation.Git pinned, List<(SignedObject Signed, SignatureVerdict Verdict)> verdicts)
    {
        (SignedObject signed, SignatureVerdict verdict) = verdicts.FirstOrDefault(static v => v.Verdict is not SignatureVerdict.Missing, verdicts[^1]);
        string what = $"{(signed.Object.Type == "tag" ? $"the tag \"{Shown(signed.TagName)}\"" : $"commit {signed.Object.Id[..ShownDigits]}")} of {RemoteText.Shown(pinned.Remote)}";
        string files = string.Join(", ", keys.Paths);
        return verdict switch
        {
            SignatureVerdict.OtherKey(var key) => new StepException(EngineCodes.GitSignerUnknown, $"{what} is signed with {key}, which is not in {files}", "if that key is to be trusted, give it with --git-signers as well"),
            SignatureVerdict.Bad(var reason) => new StepException(EngineCodes.GitSignatureBad, $"{what} {reason}", "take a commit or tag that a trusted key has signed"),
            _ => new StepException(EngineCodes.GitUnsigned, $"{what} is not signed, and must be with a key of {files}", "sign it (git commit -S, git tag -s), or name a signed tag"),
        };
    }

    // A hostile repository's words are among them: no controls, not too long.
    private static string Shown(string? name)
    {
        string plain = string.Concat((name ?? "").Where(static c => char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format)));
        return plain.Length > MaxShownLength ? plain[..MaxShownLength] + "…" : plain;
    }
}
