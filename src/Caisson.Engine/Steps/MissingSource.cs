using Caisson.Dockerfile.Source;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Says why a path that a step asked for is not there, as well as can be told.</summary>
internal static class MissingSource
{
    private static readonly string[] Joints = [".", "-", "_", "/", ""];

    /// <summary>The failure: with the line of the ignore file that hides the path, or the name that was probably meant.</summary>
    /// <param name="tree">Where it was looked for.</param>
    /// <param name="path">What was asked for.</param>
    /// <param name="part">Which part of the instruction asked.</param>
    /// <param name="next">What the instruction asks for after it; null when that is all.</param>
    public static StepException Explain(IFileTree tree, string path, int part, string? next = null)
    {
        string clean = EntryPath.Clean(path);
        if (tree is IContextTree context && context.FindIgnoringPattern(clean) is { } rule)
            return new StepException(EngineCodes.SourceNotFound, $"\"{path}\" is excluded by {rule.Where?.Source.Name} line {rule.Line}: {rule}", $"add the line \"!{clean}\" after it, or remove it") { Part = part };
        if (tree is IContextTree own && own.IsStore(clean))
            return new StepException(EngineCodes.SourceNotFound, $"\"{path}\" is Caisson's own store, which no context holds", "put the store elsewhere with --root") { Part = part };
        string where = tree is IContextTree ? "the build context" : "what is copied from";
        if (next is not null && FindTorn(tree, clean, EntryPath.Clean(next)) is { } whole)
            return NotIn(where, $"\"{path}\" and \"{next}\" are", $"did you mean \"{whole}\"?", part);
        return NotIn(where, $"\"{path}\" is", Suggest(tree, clean), part);
    }

    /// <summary>The message.</summary>
    /// <param name="lacking">What is not there, with its verb.</param>
    /// <param name="from">What it was looked for in.</param>
    public static string Say(string lacking, string from) => $"{lacking} not in {from}";

    /// <summary>Makes sure that a path is there.</summary>
    /// <exception cref="StepException">It is not.</exception>
    public static void Require(IFileTree tree, string path, int part, string? next)
    {
        if (tree.Find(TreePath.Resolve(tree, path)) is null)
            throw Explain(tree, path, part, next);
    }

    private static StepException NotIn(string from, string lacking, string? hint, int part) =>
        new(EngineCodes.SourceNotFound, Say(lacking, from), hint) { Part = part, Lacking = lacking };

    // A blank in the place of another character: "go mod" for "go.mod".
    private static string? FindTorn(IFileTree tree, string left, string right)
    {
        if (tree.Find(TreePath.Resolve(tree, right)) is not null)
            return null;
        return Joints.Select(joint => left + joint + right).FirstOrDefault(whole => tree.Find(TreePath.Resolve(tree, whole)) is not null);
    }

    private static string? Suggest(IFileTree tree, string path)
    {
        string parent = EntryPath.Parent(path);
        if (tree.Find(TreePath.Resolve(tree, parent)) is not { IsDirectory: true })
            return parent.Length == 0 ? null : Suggest(tree, parent);
        IEnumerable<string> names = tree.Children(TreePath.Resolve(tree, parent)).Select(static e => EntryPath.Name(e.Path));
        return Suggestion.Nearest(EntryPath.Name(path), names) is { } near ? $"did you mean \"{EntryPath.Join(parent, near)}\"?" : null;
    }
}
