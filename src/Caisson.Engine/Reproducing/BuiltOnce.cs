using Caisson.Engine.Imaging;

namespace Caisson.Engine.Reproducing;

/// <summary>One of the builds that are compared.</summary>
/// <param name="Steps">What its steps came to.</param>
/// <param name="Forms">Makes the forms of its layers.</param>
/// <param name="Surroundings">What its steps may have seen.</param>
internal sealed record BuiltOnce(BuiltSteps Steps, LayerForms Forms, Surroundings Surroundings);
