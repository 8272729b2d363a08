using System.Runtime.InteropServices;

namespace Caisson.Linux.Tests.Testing;

/// <summary>Looks at files as a user without rights, on a thread of its own: setfsuid(2).</summary>
internal static class OtherUser
{
    private const uint Nobody = 65534;

    public static T Run<T>(Func<T> look) where T : class
    {
        T? result = null;
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                _ = SetFsUid(Nobody);
                result = look();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return result ?? throw new InvalidOperationException("the look failed", failure);
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFsUid(uint uid);
}
