using Caisson.Cli;
using Caisson.Cli.Hosting;

// The composition root: everything that the rooms take from their surroundings is read here.
return await new CommandLine(HostEnvironment.Read(args)).RunAsync(args);
