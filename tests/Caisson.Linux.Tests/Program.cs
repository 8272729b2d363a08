using Caisson.Linux.Tests.Testing;

// Run by a test as another process, or by the test platform, or by hand.
if (args is [OtherProcess.Switch, var role, .. var rest])
    return await OtherProcess.PlayAsync(role, rest);
if (args.Any(static a => a is "--server" or "--internal-msbuild-node"))
    return await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, Caisson.Linux.Tests.SelfRegisteredExtensions.AddSelfRegisteredExtensions);
return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
