using Caisson.Linux.Files;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Files;

public sealed class WorkAreaTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task An_area_is_gone_with_all_it_held_when_it_is_disposed()
    {
        WorkArea area = await CreateAsync();
        File.WriteAllText(Path.Combine(area.NewDirectory("layer"), "file"), "x");
        File.WriteAllText(area.NewPath("list"), "x");
        area.Dispose();
        Assert.False(Directory.Exists(area.DirectoryPath));
    }

    [Fact]
    public async Task No_path_is_given_twice()
    {
        using WorkArea area = await CreateAsync();
        string[] paths = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => area.NewPath("x"), TestContext.Current.CancellationToken)));
        Assert.Equal(100, paths.Distinct().Count());
        Assert.All(paths, path => Assert.Equal(area.DirectoryPath, Path.GetDirectoryName(path)));
    }

    [Fact]
    public async Task Several_areas_of_one_process_are_apart()
    {
        using WorkArea first = await CreateAsync();
        using WorkArea second = await CreateAsync();
        Assert.NotEqual(first.DirectoryPath, second.DirectoryPath);
        Assert.True(Directory.Exists(first.DirectoryPath));
    }

    [Fact]
    public async Task What_a_living_process_holds_is_left_alone()
    {
        using OtherProcess other = OtherProcess.Start("hold-work-area", _temp.Path);
        string held = await other.ReadLineAsync();
        using WorkArea area = await CreateAsync();
        Assert.True(File.Exists(Path.Combine(held, "something-1", "file")));
    }

    [Fact]
    public async Task What_a_killed_process_left_is_swept_by_the_next()
    {
        using OtherProcess other = OtherProcess.Start("hold-work-area", _temp.Path);
        string left = await other.ReadLineAsync();
        await other.KillAsync();
        Assert.True(File.Exists(Path.Combine(left, "something-1", "file")));
        using WorkArea area = await CreateAsync();
        Assert.False(File.Exists(Path.Combine(left, "something-1", "file")));
        Assert.True(area.HasSwept);
        using WorkArea next = await CreateAsync();
        Assert.False(next.HasSwept);
    }

    [Fact]
    public async Task A_directory_that_was_made_but_not_yet_taken_when_its_process_died_is_swept()
    {
        _temp.Make("7");
        using WorkArea area = await CreateAsync();
        Assert.Equal([area.DirectoryPath], Directory.GetDirectories(_temp.Path));
    }

    [Fact]
    public async Task Where_no_directory_can_be_made_the_one_that_was_kept_will_do()
    {
        Requires.Root();
        await Tool.RunAsync("mount", "-t", "tmpfs", "-o", "nr_inodes=4", "none", _temp.Make("small"));
        try
        {
            string parent = _temp["small/tmp"]; // with the root, the directory, its lock and one area no inode is left
            (await WorkArea.CreateAsync(parent, TimeProvider.System, TestContext.Current.CancellationToken)).Dispose();
            using WorkArea first = await WorkArea.CreateAsync(parent, TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.False(Directory.Exists(Path.Combine(parent, WorkArea.SpareName)));
            await Assert.ThrowsAnyAsync<IOException>(() => WorkArea.CreateAsync(parent, TimeProvider.System, TestContext.Current.CancellationToken));
        }
        finally
        {
            await Tool.RunAsync("umount", _temp["small"]);
        }
    }

    // One process ends while others begin: each must find either the whole area or none.
    [Fact]
    public async Task Areas_come_and_go_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 25; i++)
            {
                using WorkArea area = await CreateAsync();
                foreach (string name in (string[])["a", "m", "z"])
                    File.WriteAllText(Path.Combine(area.NewDirectory(name), "file"), "x");
            }
        })));
        Assert.Equal([WorkArea.SpareName], Directory.GetDirectories(_temp.Path).Select(Path.GetFileName));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_temp.Path, WorkArea.SpareName)));
    }

    [Fact]
    public async Task What_cannot_be_swept_does_not_keep_anyone_from_working()
    {
        Requires.Root();
        string stuck = _temp.Make("7");
        File.WriteAllText(Path.Combine(stuck, "file"), "x");
        await Tool.RunAsync("chattr", "+i", Path.Combine(stuck, "file"));
        try
        {
            using WorkArea area = await CreateAsync();
            Assert.True(Directory.Exists(area.DirectoryPath));
        }
        finally
        {
            await Tool.RunAsync("chattr", "-i", Path.Combine(stuck, "file"));
        }
    }

    private Task<WorkArea> CreateAsync() => WorkArea.CreateAsync(_temp.Path, TimeProvider.System, TestContext.Current.CancellationToken);
}
