using Caisson.Dockerfile.Binding;
using Caisson.Engine.Graph;

namespace Caisson.Engine.Planning;

/// <summary>A step that changes files. Equal work of two stages is one node, and two steps.</summary>
/// <param name="Stage">The stage that it stands in.</param>
/// <param name="Number">Which of the stage's steps it is, counted from 1 (the <c>FROM</c> of an image or of a context).</param>
/// <param name="Node">Its node.</param>
internal sealed record PlannedStep(BoundStage Stage, int Number, Node Node);
