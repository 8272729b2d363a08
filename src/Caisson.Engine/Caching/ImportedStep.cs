namespace Caisson.Engine.Caching;

/// <summary>What a step came to on another machine.</summary>
/// <param name="Record">The record, in names of this store.</param>
/// <param name="From">The shared cache that it comes from, as people read it.</param>
internal sealed record ImportedStep(StepRecord Record, string From);
