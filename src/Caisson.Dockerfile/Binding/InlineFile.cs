namespace Caisson.Dockerfile.Binding;

/// <summary>A file whose content stands in the Dockerfile itself.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Content">Its content, variables expanded where the heredoc asks for it.</param>
public sealed record InlineFile(string Name, string Content);
