using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Oci.Model;

namespace Caisson.Engine.Steps;

/// <summary>All that a step takes from its inputs, hashed.</summary>
internal sealed class Selection : IDisposable
{
    private Selection(ImmutableArray<SelectedItem> items, Digest content)
    {
        Items = items;
        Content = content;
    }

    /// <summary>The items, in the order they are copied.</summary>
    public ImmutableArray<SelectedItem> Items { get; }

    /// <summary>Names everything that the items hold, their times among it.</summary>
    public Digest Content { get; }

    /// <summary>Puts items together.</summary>
    public static Selection Of(ImmutableArray<SelectedItem> items)
    {
        using CanonicalEncoder encoder = new("selection");
        foreach (SelectedItem item in items)
        {
            encoder.Add((item.IsDirectory && !item.IsTakenItself) || item.IsArchive ? "" : item.Name);
            encoder.Add(item.IsArchive);
            encoder.Add(item.List.Identity);
        }
        return new Selection(items, encoder.Complete());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SelectedItem item in Items)
            item.List.Dispose();
    }
}
