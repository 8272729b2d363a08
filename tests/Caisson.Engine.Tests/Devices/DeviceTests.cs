using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;

namespace Caisson.Engine.Tests.Devices;

/// <summary>Devices that steps ask for, as descriptions give them.</summary>
public sealed class DeviceTests : IAsyncLifetime
{
    private const string Null =
        """
        cdiVersion: "0.6.0"
        kind: example.com/sink
        annotations:
          org.mobyproject.buildkit.device.class: sinks
        containerEdits:
          env: [SHARED=once]
        devices:
        - name: one
          containerEdits:
            env: ["ONE=1"]
            deviceNodes:
            - {path: /dev/sink, type: c, major: 1, minor: 3, fileMode: 0640, uid: 7, gid: 8}
            - {path: /dev/full2, hostPath: /dev/full}
            additionalGids: [0, 9]
        - name: two
          containerEdits: {env: [TWO=2]}
        - name: free
          annotations: {org.mobyproject.buildkit.device.autoallow: "true"}
          containerEdits: {env: [FREE=yes]}
        """;

    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0, "needs root");
        Assert.SkipUnless(Tool.Find("crun") is not null || Tool.Find("runc") is not null, "needs an OCI runtime: crun or runc");
        _workshop = await Workshop.OpenAsync();
        await _workshop.AddImageAsync("box:1", await Bases.BusyboxAsync());
        _workshop.Folder("cdi").File("sink.yaml", Null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_workshop is not null)
            await _workshop.DisposeAsync();
    }

    public static TheoryData<string> Runtimes => [.. (string[])["crun", "runc"]];

    [Theory]
    [MemberData(nameof(Runtimes))]
    public async Task A_step_has_the_device_files_variables_and_groups_of_its_device(string runtime)
    {
        Tool.Require(runtime);
        await using Workshop other = await Workshop.OpenAsync(o => o with { Runtime = runtime });
        await other.AddImageAsync("box:1", await Bases.BusyboxAsync());
        Built built = await other.BuildAsync(
            "FROM box:1\nENV SHARED=mine\nRUN --device=example.com/sink=one echo $SHARED $ONE $(id -G); stat -c '%F %t:%T %a %u:%g' /dev/sink /dev/full2; echo x > /dev/sink && echo writes; echo x > /dev/full2 2> /dev/null || echo full; mknod /own c 1 3; (echo x > /own) 2> /dev/null || echo own closed; rm /own\n",
            Grant);
        Assert.Equal(["once 1 0 9", "character special file 1:3 640 7:8", "character special file 1:7 666 0:0", "writes", "full", "own closed"], Lines(built));
        Assert.Empty(await Layers.OfAsync(built.Image.Layers[^1]));
    }

    [Fact]
    public async Task Files_that_come_with_a_device_are_seen_and_hooks_are_started()
    {
        _workshop.Folder("lib").File("driver", "driver\n");
        _workshop.Folder("cdi").File("lib.json", $$$"""
            {"cdiVersion": "0.6.0", "kind": "example.com/lib", "devices": [{"name": "a", "containerEdits": {
              "mounts": [{"hostPath": "{{{_workshop["lib"]}}}", "containerPath": "/opt/lib", "options": ["ro", "nosuid", "nodev", "bind"]}, {"hostPath": "{{{_workshop["lib/driver"]}}}", "containerPath": "/etc/one", "options": ["ro"]}],
              "hooks": [{"hookName": "createRuntime", "path": "/bin/sh", "args": ["sh", "-c", "cat > /dev/null; echo $NAME > {{{_workshop["hooked"]}}}"], "env": ["NAME=hook"]}]}}]}
            """);
        Built built = await _workshop.BuildAsync("FROM box:1\nRUN --device=example.com/lib=a cat /opt/lib/driver /etc/one; touch /opt/lib/x 2> /dev/null || echo closed\n", Grant);
        Assert.Equal(["driver", "driver", "closed"], Lines(built));
        Assert.Equal("hook\n", await File.ReadAllTextAsync(_workshop["hooked"], TestContext.Current.CancellationToken));
        Assert.Empty(await Layers.OfAsync(built.Image.Layers[^1]));
    }

    [Theory]
    [InlineData("example.com/sink=two", "once  2")]
    [InlineData("example.com/sink", "once  ")] // "free" is the first
    [InlineData("example.com/sink=*", "once 1 2")]
    [InlineData("sinks", "once 1 2")]
    [InlineData("name=example.com/sink=two", "once  2")]
    [InlineData("example.com/none", "  ")]
    public async Task Devices_are_found_by_name_kind_and_class(string request, string expected) =>
        Assert.Equal([expected], Lines(await _workshop.BuildAsync($"FROM box:1\nRUN --device={request} echo \"$SHARED $ONE $TWO\"\n", Grant)));

    [Fact]
    public async Task A_device_that_allows_itself_needs_no_grant() =>
        Assert.Equal(["yes"], Lines(await _workshop.BuildAsync("FROM box:1\nRUN --device=example.com/sink=free echo $FREE\n", Directories)));

    [Theory]
    [InlineData("example.com/sink=two", "example.com/sink=two", true)]
    [InlineData("example.com/sink=two", "example.com/sink=*", true)]
    [InlineData("mine", "mine", true)]
    [InlineData("example.com/sink=two", "example.com/sink=one", false)]
    public async Task Only_granted_devices_are_given(string request, string granted, bool isGiven)
    {
        BuildRequest Allow(BuildRequest r) => Directories(r) with { Entitlements = new Entitlements { Devices = r.Entitlements.Devices.Add(granted, granted == "mine" ? "example.com/sink=two" : granted) } };
        string dockerfile = $"FROM box:1\nRUN --device={request} echo $TWO\n";
        if (isGiven)
            Assert.Equal(["2"], Lines(await _workshop.BuildAsync(dockerfile, Allow)));
        else
            Assert.Equal("when you trust this Dockerfile, add --allow device=example.com/sink=two", (await _workshop.FailAsync(dockerfile, Allow)).Hint);
    }

    [Fact]
    public async Task Where_there_are_no_devices_it_is_told_where_they_are_looked_for()
    {
        Diagnostic finding = await _workshop.FailAsync("FROM box:1\nRUN --device=example.com/sink=one,required true\n", static r => r with { DeviceDirectories = ["/no/such", "/nor/such"] });
        Assert.Equal("descriptions of devices are looked for in /no/such and /nor/such", finding.Hint);
        finding = await _workshop.FailAsync("FROM box:1\nRUN --device=example.com/sink=one,required true\n", static r => r with { DeviceDirectories = [] });
        Assert.Equal("no directory with descriptions of devices is named", finding.Hint);
    }

    [Fact]
    public async Task A_device_that_is_required_and_not_there_is_told_with_the_nearest()
    {
        Diagnostic finding = await _workshop.FailAsync("FROM box:1\nRUN --device=example.com/sink=tow,required true\n", Grant);
        Assert.Equal((EngineCodes.DeviceNotFound, "there is no device \"example.com/sink=tow\" on this machine", "did you mean \"example.com/sink=two\"?"), (finding.Code, finding.Message, finding.Hint));
        Assert.Equal((2, 5), (finding.Where?.Line, finding.Where?.Column));
    }

    [Theory]
    [InlineData("x.json", "{", "x.json")]
    [InlineData("x.yaml", "kind: [", "x.yaml")]
    [InlineData("x.json", """{"kind": "example.com/x"}""", "cdiVersion is missing")]
    [InlineData("x.json", """{"cdiVersion": "0.6.0", "kind": "x"}""", "kind is not vendor.com/class")]
    [InlineData("x.json", """{"cdiVersion": "0.6.0", "kind": "a/b", "devices": [{}]}""", "a device has no name")]
    public async Task A_description_that_cannot_be_read_is_told_when_a_device_is_missing_and_disturbs_no_other(string name, string content, string part)
    {
        _workshop.Folder("cdi").File(name, content);
        Assert.Equal(["2"], Lines(await _workshop.BuildAsync("FROM box:1\nRUN --device=example.com/sink=two echo $TWO\n", Grant)));
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => _workshop.BuildAsync("FROM box:1\nRUN --device=example.com/x=a,required true\n", Grant));
        Assert.Equal(EngineCodes.BadDeviceDescription, failure.Diagnostics[1].Code);
        Assert.Contains(part, failure.Diagnostics[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("netDevices: [{hostInterfaceName: eth0, name: eth1}]", "network devices (netDevices) are not moved into a step's network")]
    [InlineData("intelRdt: {closID: x}", "steps are not assigned to groups of intelRdt")]
    [InlineData("mounts: [{hostPath: relative, containerPath: /x}]", "a mount of \"relative\" at \"/x\" needs two absolute paths")]
    [InlineData("mounts: [{hostPath: /tmp, containerPath: /x, type: tmpfs}]", "mounts of type tmpfs are not made, only of files of this machine")]
    [InlineData("mounts: [{hostPath: /no/such/file, containerPath: /x}]", "/no/such/file is not on this machine")]
    [InlineData("deviceNodes: [{path: x}]", "the path of a device node, \"x\", is not absolute")]
    [InlineData("deviceNodes: [{path: /dev/x, type: p}]", "device nodes of type p are not made")]
    [InlineData("hooks: [{hookName: never, path: /bin/true}]", "the hook \"never\" of \"/bin/true\" is none of prestart, createRuntime, createContainer, startContainer, poststart, poststop, or has no absolute path")]
    [InlineData("env: [X]", "\"X\" is no NAME=value")]
    public async Task An_edit_that_is_not_done_here_is_refused(string edit, string problem)
    {
        _workshop.Folder("cdi").File("bad.yaml", $"cdiVersion: 0.6.0\nkind: example.com/bad\ndevices:\n- name: a\n  containerEdits:\n    {edit}\n");
        Diagnostic finding = await _workshop.FailAsync("FROM box:1\nRUN --device=example.com/bad=a true\n", Grant);
        Assert.Equal((EngineCodes.BadDeviceDescription, $"the device example.com/bad=a, as {_workshop["cdi"]}/bad.yaml describes it, cannot be given to a step: {problem}"), (finding.Code, finding.Message));
    }

    [Fact]
    public async Task A_device_file_that_the_machine_lacks_is_named()
    {
        _workshop.Folder("cdi").File("gone.yaml", "cdiVersion: 0.6.0\nkind: example.com/gone\ndevices:\n- name: a\n  containerEdits:\n    deviceNodes: [{path: /dev/no-such-device}]\n");
        Diagnostic finding = await _workshop.FailAsync("FROM box:1\nRUN --device=example.com/gone=a true\n", Grant);
        Assert.Equal((EngineCodes.DeviceNotFound, "the device file /dev/no-such-device is not on this machine"), (finding.Code, finding.Message));
    }

    private BuildRequest Directories(BuildRequest request) => request with { DeviceDirectories = [_workshop["cdi"], _workshop["not-there"]] };

    private BuildRequest Grant(BuildRequest request) => Directories(request) with { Entitlements = new Entitlements { HasAllDevices = true } };

    private static ImmutableArray<string> Lines(Built built) => [.. built.Events.OfType<BuildEvent.StepOutput>().Select(static o => o.Line)];
}
