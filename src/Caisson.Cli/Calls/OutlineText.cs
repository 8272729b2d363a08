using System.Collections.Immutable;
using Caisson.Cli.Progress;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Outlines;

namespace Caisson.Cli.Calls;

/// <summary>Writes outlines and lists of stages for people, as <c>docker buildx build --call</c> does.</summary>
internal static class OutlineText
{
    public static void Write(Outline outline, TextWriter output)
    {
        if (outline.Target.Name is { } || outline.Target.From.Description is { })
        {
            output.WriteLine($"TARGET:      {outline.Target.Name ?? "(default)"}");
            if (outline.Target.From.Description is { } description)
                output.WriteLine($"DESCRIPTION: {PlainText.Of(description)}");
            output.WriteLine();
        }
        TextTable arguments = new("BUILD ARG", "VALUE", "DESCRIPTION");
        foreach (OutlineArgument argument in outline.Arguments)
            arguments.Add(PlainText.Of(argument.Name), PlainText.Of(argument.Value), PlainText.Of(argument.Description ?? ""));
        arguments.WriteTo(output);
        Write("SECRET", outline.Secrets, output);
        Write("SSH", outline.Agents, output);
        TextTable caches = new("CACHE");
        foreach (OutlineMount cache in outline.Caches)
            caches.Add(PlainText.Of(cache.Id));
        caches.WriteTo(output);
    }

    public static void Write(ImmutableArray<BoundStage> stages, TextWriter output)
    {
        TextTable table = new("TARGET", "DESCRIPTION");
        foreach (BoundStage stage in stages)
        {
            string mark = stage == stages[^1] ? "(default)" : "";
            table.Add($"{stage.Name} {mark}".Trim(), PlainText.Of(stage.From.Description ?? ""));
        }
        table.WriteTo(output);
    }

    private static void Write(string what, ImmutableArray<OutlineMount> mounts, TextWriter output)
    {
        TextTable table = new(what, "REQUIRED");
        foreach (OutlineMount mount in mounts)
            table.Add(PlainText.Of(mount.Id), mount.IsRequired ? "true" : "");
        table.WriteTo(output);
    }
}
