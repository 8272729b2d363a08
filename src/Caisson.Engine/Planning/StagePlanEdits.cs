using Caisson.Engine.Graph;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>What an instruction does to the plan of its stage, its line of history included.</summary>
internal static class StagePlanEdits
{
    extension(StagePlan plan)
    {
        /// <summary>The plan with another configuration.</summary>
        public StagePlan With(ContainerConfig config, string createdBy) =>
            plan with { Config = config, History = plan.History.Add(new HistoryEntry { CreatedBy = createdBy, EmptyLayer = true }) };

        /// <summary>The plan with another file system: one more layer.</summary>
        public StagePlan With(Node files, string createdBy) =>
            plan with { Files = files, History = plan.History.Add(new HistoryEntry { CreatedBy = createdBy }) };
    }
}
