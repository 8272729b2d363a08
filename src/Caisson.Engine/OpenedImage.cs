using Caisson.Engine.Imaging;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine;

/// <summary>The files of an image of the store, as a container would see them. They are there until this is disposed.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class OpenedImage : IDisposable
{
    private readonly LayerForms _forms;
    private readonly IDisposable _use;

    internal OpenedImage(IFileTree tree, LayerForms forms, IDisposable use)
    {
        Tree = tree;
        _forms = forms;
        _use = use;
    }

    /// <summary>The files.</summary>
    public IFileTree Tree { get; }

    /// <summary>Closes them, and lets housekeeping remove what they are unpacked in.</summary>
    public void Dispose()
    {
        _forms.Dispose();
        _use.Dispose();
    }
}
