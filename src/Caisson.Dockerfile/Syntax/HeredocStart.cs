namespace Caisson.Dockerfile.Syntax;

/// <summary>What a word such as <c>3&lt;&lt;-'EOF'</c> says about the document to come.</summary>
internal sealed record HeredocStart(Word Marker, string Name, bool Expands, bool StripsTabs, int Descriptor);
