using Caisson.Linux.Sandbox;

namespace Caisson.Linux.Tests.Sandbox;

public sealed class SeccompFilterTests
{
    // linux/filter.h: struct sock_filter has 8 bytes; the kernel takes at most BPF_MAXINSNS (4096) of them.
    [Fact]
    public void A_filter_is_a_program_that_the_kernel_takes()
    {
        ReadOnlyMemory<byte> filter = SeccompFilter.TryMake();
        Assert.Equal(0, filter.Length % 8);
        Assert.InRange(filter.Length / 8, 300, 4096);
    }

    [Fact]
    public void It_is_the_same_each_time() => Assert.Equal(SeccompFilter.TryMake().ToArray(), SeccompFilter.TryMake().ToArray());
}
