namespace Caisson.Engine.Graph;

/// <summary>How far a step is kept from the machine.</summary>
public enum StepSecurity
{
    /// <summary>As Docker keeps containers by default.</summary>
    Sandbox,

    /// <summary>Not at all.</summary>
    Insecure,
}
