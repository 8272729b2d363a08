namespace Caisson.Engine.Tests.Solving.Replay;

/// <summary>Something that holds for every schedule does not.</summary>
internal sealed class BrokenScheduleException(string what) : Exception(what);
