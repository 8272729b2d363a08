namespace Caisson.Dockerfile.Syntax;

/// <summary>From <paramref name="At"/> in a word on, characters stand one by one in the file from <paramref name="Origin"/> on.</summary>
internal readonly record struct TextRun(int At, int Origin);
