using Caisson.Engine.Spelling;

namespace Caisson.Evidence.Provenance;

/// <summary>The values of <c>--provenance</c>, in the spelling of <c>docker buildx build</c>.</summary>
public static class ProvenanceValues
{
    /// <summary>Reads them.</summary>
    /// <param name="list">The values; taken out, and nothing may be left.</param>
    /// <param name="shown">The option with its value, for messages.</param>
    /// <exception cref="UsageException">One is not understood.</exception>
    public static ProvenanceOptions Read(OptionList list, string shown)
    {
        ProvenanceOptions options = new()
        {
            IsMax = list.Take("mode") switch
            {
                null or "min" => false,
                "max" => true,
                string other => throw new UsageException($"{shown}: mode={other} is neither min nor max"),
            },
            Version = list.Take("version") switch
            {
                null or "v1" => ProvenanceVersion.V1,
                "v0.2" => ProvenanceVersion.V02,
                string other => throw new UsageException($"{shown}: version={other} is neither v1 nor v0.2"),
            },
            BuilderId = list.Take("builder-id") ?? ProvenanceOptions.LocalBuilder,
            FileName = list.Take("filename") is not { } name ? ProvenanceOptions.DefaultFileName
                : name.Length > 0 && !name.Contains('/', StringComparison.Ordinal) && name is not ("." or "..") ? name
                : throw new UsageException($"{shown}: filename={name} is no name of a file"),
            IsForImagesOnly = list.TakeFlag("inline-only"),
            IsReproducible = list.TakeFlag("reproducible"),
        };
        list.RequireEmpty();
        return options;
    }
}
