using System.Collections.Immutable;
using Caisson.Dockerfile.Linting.Rules;

namespace Caisson.Dockerfile.Linting;

/// <summary>The rules of the Dockerfile reference.</summary>
public static class CheckRules
{
    /// <summary>All of them, by name.</summary>
    public static ImmutableArray<CheckRule> All { get; } =
    [
        ConsistentInstructionCasing.Rule,
        CopyIgnoredFile.Rule,
        DuplicateStageName.Rule,
        ExposeInvalidFormat.Rule,
        ExposeProtoCasing.Rule,
        FromAsCasing.Rule,
        FromPlatformFlagConstDisallowed.Rule,
        InvalidBaseImagePlatform.Rule,
        InvalidDefaultArgInFrom.Rule,
        InvalidDefinitionDescription.Rule,
        JSONArgsRecommended.Rule,
        LegacyKeyValueFormat.Rule,
        MaintainerDeprecated.Rule,
        MultipleInstructionsDisallowed.Rule,
        NoEmptyContinuation.Rule,
        RedundantTargetPlatform.Rule,
        ReservedStageName.Rule,
        SecretsUsedInArgOrEnv.Rule,
        StageNameCasing.Rule,
        UndefinedArgInFrom.Rule,
        UndefinedVar.Rule,
        WorkdirRelativePath.Rule,
    ];
}
