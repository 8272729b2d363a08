using System.Collections.Immutable;
using Caisson.Engine.Exporting;
using Caisson.Oci.Model;

namespace Caisson.Engine.Spelling;

/// <summary>The parts of <c>--output</c> that say where an image goes, or how files do, in the spelling of <c>docker buildx build</c>.</summary>
public static class OutputValues
{
    /// <summary>Where an image goes: what is not stored is pushed, unless the options say otherwise.</summary>
    /// <param name="options">The options; those that say it are taken out.</param>
    /// <param name="names">The names of the image.</param>
    /// <param name="isStored">Whether the output is the store, and not a registry.</param>
    /// <param name="push">Whether it is pushed in any case, in the form that the output has.</param>
    /// <exception cref="UsageException">One is not understood.</exception>
    public static IEnumerable<Export> Images(OptionList options, ImmutableArray<Reference> names, bool isStored, bool push)
    {
        bool byDigest = options.TakeFlag("push-by-digest");
        bool isInsecure = options.TakeFlag("registry.insecure");
        bool pushes = options.TakeFlag("push", otherwise: !isStored) || byDigest || push;
        string? dangling = options.Take("dangling-name-prefix");
        bool danglesOnlyWithoutName = options.TakeFlag("danging-name-empty-only") | options.TakeFlag("dangling-name-empty-only"); // the first is how BuildKit spells it
        bool isCanonical = options.TakeFlag("name-canonical");
        options.TakeFlag("unpack"); // what was built is unpacked
        if (options.TakeFlag("store", otherwise: isStored))
        {
            ImmutableArray<Reference> canonical = isCanonical ? names : [];
            if (dangling is not null && (names.IsEmpty || !danglesOnlyWithoutName))
                canonical = canonical.Add(References.Parse(dangling));
            yield return new Export.Store(byDigest ? [] : names) { CanonicalNames = canonical };
        }
        foreach (Export.Registry registry in pushes ? Registries(names) : [])
            yield return registry with { ByDigest = byDigest, IsInsecure = isInsecure };
    }

    /// <summary>The registries of some names.</summary>
    /// <exception cref="UsageException">There is no name.</exception>
    public static IEnumerable<Export.Registry> Registries(ImmutableArray<Reference> names) =>
        names.IsEmpty ? throw new UsageException("to push an image it needs a name: -t REGISTRY/NAME:TAG") : names.Select(static n => new Export.Registry(n.WithDefaultTag()));

    /// <summary>Whether each platform gets a directory of its own; null when that is not said.</summary>
    /// <exception cref="UsageException">It is not understood.</exception>
    public static bool? SplitOf(OptionList options) => options.Has("platform-split") ? options.TakeFlag("platform-split") : null;

    /// <summary>What names of files begin with that say something of the result.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static string PrefixOf(OptionList options, string value) => (options.Take("attestation-prefix") ?? "") is var prefix && !prefix.Contains('/', StringComparison.Ordinal)
        ? prefix
        : throw new UsageException($"--output {value}: attestation-prefix={prefix} is the beginning of a name, without /");

    /// <summary>Whether what is there and no part of the result is removed.</summary>
    /// <exception cref="UsageException">It is not understood.</exception>
    public static bool RemovesOthers(OptionList options, string value) => options.Take("mode") switch
    {
        null or "copy" => false,
        "delete" => true,
        string other => throw new UsageException($"--output {value}: mode={other} is neither copy nor delete"),
    };
}
