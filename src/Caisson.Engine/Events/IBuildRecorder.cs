using Caisson.Oci.Model;

namespace Caisson.Engine.Events;

/// <summary>Keeps what happens in a build, so that it can be looked at later.</summary>
/// <remarks>Calls of <see cref="Record"/> do not overlap. None throws: what cannot be kept does not stop a build.</remarks>
internal interface IBuildRecorder
{
    /// <summary>Something happened. Lines that steps write come through <see cref="Write"/> instead, and how far bytes have moved is not told.</summary>
    void Record(BuildEvent happened);

    /// <summary>A step wrote. The bytes are valid during the call only.</summary>
    void Write(Digest step, ReadOnlySpan<byte> bytes);
}
