namespace Caisson.Dockerfile.Binding;

/// <summary>Groups stages that need each other in a circle (Tarjan's strongly connected components, without recursion).</summary>
internal sealed class StageCycles
{
    private readonly List<int>[] _needs;
    private readonly int[] _order;
    private readonly int[] _low;
    private readonly int[] _group;
    private readonly Stack<int> _open = new();
    private int _next;

    public StageCycles(IReadOnlyList<BoundStage> stages, IEnumerable<StageReference> forward)
    {
        _needs = [.. stages.Select(static s => s.Dependencies.Select(static d => d.Index).ToList())];
        foreach (StageReference reference in forward)
            _needs[reference.From].Add(reference.To);
        _order = new int[stages.Count];
        _low = new int[stages.Count];
        _group = [.. Enumerable.Repeat(-1, stages.Count)];
        for (int i = 0; i < stages.Count; i++)
            Visit(i);
    }

    /// <summary>True when two stages need each other, directly or through others.</summary>
    public bool AreCircular(int left, int right) => _group[left] == _group[right];

    private void Visit(int root)
    {
        Stack<(int Stage, int Edge)> path = new();
        if (_order[root] == 0)
            Enter(root, path);
        while (path.TryPop(out (int Stage, int Edge) top))
        {
            (int stage, int edge) = top;
            if (edge == _needs[stage].Count)
            {
                Leave(stage, path);
                continue;
            }
            path.Push((stage, edge + 1));
            int needed = _needs[stage][edge];
            if (_order[needed] == 0)
                Enter(needed, path);
            else if (_group[needed] < 0)
                _low[stage] = Math.Min(_low[stage], _order[needed]);
        }
    }

    private void Enter(int stage, Stack<(int Stage, int Edge)> path)
    {
        _order[stage] = _low[stage] = ++_next;
        _open.Push(stage);
        path.Push((stage, 0));
    }

    private void Leave(int stage, Stack<(int Stage, int Edge)> path)
    {
        if (path.TryPeek(out (int Stage, int Edge) parent))
            _low[parent.Stage] = Math.Min(_low[parent.Stage], _low[stage]);
        if (_low[stage] != _order[stage])
            return;
        int member;
        do
        {
            member = _open.Pop();
            _group[member] = stage;
        }
        while (member != stage);
    }
}
