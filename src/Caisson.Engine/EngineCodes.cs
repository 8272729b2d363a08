namespace Caisson.Engine;

/// <summary>The codes of the engine's diagnostics. Each is stable and has a page in docs/errors.</summary>
public static class EngineCodes
{
    // 2xxx: the plan and its inputs

    /// <summary>A source of COPY or ADD is not in what it is copied from.</summary>
    public const string SourceNotFound = "CSN2001";

    /// <summary>Something that is no directory stands where one is needed.</summary>
    public const string NotADirectory = "CSN2002";

    /// <summary>A directory stands where a file is to go.</summary>
    public const string IsADirectory = "CSN2003";

    /// <summary>A user or group has no entry in the image.</summary>
    public const string UnknownUser = "CSN2004";

    /// <summary>A file of the build context changed while the build read it.</summary>
    public const string ContextChanged = "CSN2005";

    /// <summary>The build context cannot be read.</summary>
    public const string ContextUnreadable = "CSN2006";

    /// <summary>The Dockerfile cannot be read.</summary>
    public const string DockerfileUnreadable = "CSN2007";

    /// <summary>The platform that was asked for is not one this machine can run steps for.</summary>
    public const string PlatformNotRunnable = "CSN2010";

    /// <summary>The value of SOURCE_DATE_EPOCH is not a time.</summary>
    public const string BadSourceDate = "CSN2011";

    /// <summary>A pattern in a source of COPY or ADD is malformed.</summary>
    public const string BadPattern = "CSN2012";

    /// <summary>An image was named in a way that is no reference.</summary>
    public const string BadReference = "CSN2013";

    /// <summary>The destination of an export cannot be written.</summary>
    public const string ExportFailed = "CSN2014";

    /// <summary>A base image cannot be made of the package repository.</summary>
    public const string BaseFailed = "CSN2015";

    /// <summary>A copy puts several files at one name, and the last one stays.</summary>
    public const string FilesOverwritten = "CSN2016";

    /// <summary>An archive cannot be unpacked.</summary>
    public const string BrokenArchive = "CSN2017";

    /// <summary>An archive wants to put something outside of where it is unpacked.</summary>
    public const string UnsafeArchive = "CSN2019";

    /// <summary>A shared library of this machine that only some builds need is missing.</summary>
    public const string MissingLibrary = "CSN2018";

    /// <summary>A secret cannot be read.</summary>
    public const string SecretUnreadable = "CSN2045";

    /// <summary>A secret is too large.</summary>
    public const string SecretTooLarge = "CSN2046";

    /// <summary>Standard input is to be two things at once, or nothing is on it.</summary>
    public const string StandardInputTwice = "CSN2030";

    /// <summary>A build context is neither a directory nor an archive nor a Dockerfile.</summary>
    public const string UnknownContext = "CSN2031";

    /// <summary>A named context is of a kind that this command does not know.</summary>
    public const string UnknownContextKind = "CSN2032";

    /// <summary>A Dockerfile asks for another implementation of its language.</summary>
    public const string OtherFrontend = "CSN2033";

    /// <summary>The build context is a Dockerfile, and another one is named.</summary>
    public const string TwoDockerfiles = "CSN2034";

    /// <summary>An SSH agent cannot be used.</summary>
    public const string SshAgentUnusable = "CSN2047";

    /// <summary>A step asks for something that the build does not grant.</summary>
    public const string NotGranted = "CSN2048";

    /// <summary>A device is not described on this machine.</summary>
    public const string DeviceNotFound = "CSN2049";

    /// <summary>The description of a device is wrong, or asks for something that is not done here.</summary>
    public const string BadDeviceDescription = "CSN2050";

    /// <summary>A limit is higher than this machine allows.</summary>
    public const string LimitTooHigh = "CSN2051";

    /// <summary>A stage that the command line names is not in the Dockerfile.</summary>
    public const string UnknownStage = "CSN2052";

    /// <summary>The program of a step is for another processor and runs emulated.</summary>
    public const string Emulated = "CSN2053";

    /// <summary>A commit or tag of a git repository carries no signature, and must.</summary>
    public const string GitUnsigned = "CSN2070";

    /// <summary>A commit or tag of a git repository is signed with another key than the trusted ones.</summary>
    public const string GitSignerUnknown = "CSN2071";

    /// <summary>The signature of a commit or tag of a git repository does not hold.</summary>
    public const string GitSignatureBad = "CSN2072";

    /// <summary>A file with the keys of signers cannot be used.</summary>
    public const string GitSignersUnusable = "CSN2073";

    /// <summary>The store is larger than it may be, and nothing more can be removed.</summary>
    public const string StoreTooLarge = "CSN2080";

    /// <summary>A step that was expected to be a hit would run.</summary>
    public const string NotCached = "CSN2090";

    /// <summary>A shared cache cannot be read, or is not there.</summary>
    public const string CacheUnreadable = "CSN2120";

    /// <summary>A shared cache was made by another builder.</summary>
    public const string CacheForeign = "CSN2121";

    /// <summary>A shared cache is damaged.</summary>
    public const string CacheDamaged = "CSN2122";

    /// <summary>A layer of a shared cache is not there, or is something else.</summary>
    public const string CacheLayerLost = "CSN2123";

    /// <summary>A shared cache cannot be written.</summary>
    public const string CacheExportFailed = "CSN2124";

    /// <summary>A cache mount cannot be restored from a shared cache.</summary>
    public const string CacheMountLost = "CSN2125";

    /// <summary>A cache mount that is to be saved is not there.</summary>
    public const string UnknownCacheMount = "CSN2126";

    /// <summary>The history has no such build.</summary>
    public const string UnknownBuild = "CSN2091";

    /// <summary>A build has no such step.</summary>
    public const string UnknownStep = "CSN2092";

    /// <summary>Several builds have ids that begin with what was given.</summary>
    public const string AmbiguousBuild = "CSN2093";

    /// <summary>The history of a build could not be written.</summary>
    public const string HistoryIncomplete = "CSN2094";

    /// <summary>A build that goes on cannot be removed from the history.</summary>
    public const string BuildRunning = "CSN2095";

    /// <summary>A step failed that runs no program: there is nothing to enter.</summary>
    public const string NothingToEnter = "CSN2100";

    /// <summary>A shell was asked for where there is no terminal to show it on.</summary>
    public const string NoTerminal = "CSN2101";

    /// <summary>The file system of a failed step has no shell.</summary>
    public const string NoShell = "CSN2102";

    /// <summary>No such step was kept.</summary>
    public const string UnknownKeptStep = "CSN2103";

    /// <summary>A kept step is damaged, or what it stands on is gone.</summary>
    public const string KeptStepUnusable = "CSN2104";

    /// <summary>Several kept steps have names that begin with what was given.</summary>
    public const string AmbiguousKeptStep = "CSN2105";

    /// <summary>A failed step is entered without something that it had.</summary>
    public const string KeptStepIncomplete = "CSN2106";

    /// <summary>A failed step could not be kept.</summary>
    public const string StepNotKept = "CSN2107";

    /// <summary>A step asks for the network of the host, and the network is not to be used.</summary>
    public const string OfflineStep = "CSN2110";

    // 2130 to 2139: archives of sources

    /// <summary>A toolchain supports no version of a Go module, or not the one that was named.</summary>
    public const string NoFittingVersion = "CSN2130";

    /// <summary>There is no go.mod, or none that can be read.</summary>
    public const string NoGoModule = "CSN2131";

    /// <summary>Nothing says which Go is meant.</summary>
    public const string ToolchainUnknown = "CSN2132";

    /// <summary>The dependencies of a Go module cannot be had.</summary>
    public const string ModulesUnavailable = "CSN2133";

    /// <summary>A Go module is not the one that its sum names.</summary>
    public const string ModuleSumMismatch = "CSN2134";

    /// <summary>The machine's go failed.</summary>
    public const string VendorFailed = "CSN2135";

    /// <summary>A repository has no tag that names a version.</summary>
    public const string NoVersions = "CSN2136";

    /// <summary>What was to be packed cannot be.</summary>
    public const string VendorSourceUnusable = "CSN2137";

    /// <summary>An archive cannot be made smaller.</summary>
    public const string NotTrimmed = "CSN2138";

    /// <summary>The files that steps open cannot be watched.</summary>
    public const string FilesUnwatchable = "CSN2139";

    /// <summary>A layer cannot become an eStargz.</summary>
    public const string NoStargz = "CSN2140";

    /// <summary>No Docker engine answers.</summary>
    public const string DockerUnreachable = "CSN2141";

    /// <summary>A Docker engine does not take an image.</summary>
    public const string DockerRefused = "CSN2142";

    /// <summary>The storage of podman and buildah cannot be written.</summary>
    public const string StorageFailed = "CSN2143";

    /// <summary>A step asked the network for something that a rule denies.</summary>
    public const string NetworkDenied = "CSN2170";

    /// <summary>A step tried to reach the network past its gateway, or something went wrong there.</summary>
    public const string NetworkRefused = "CSN2171";

    /// <summary>A policy cannot be read.</summary>
    public const string BadPolicy = "CSN2172";

    /// <summary>A source of the build is denied by the policy.</summary>
    public const string SourceDenied = "CSN2173";

    /// <summary>A lock file cannot be read, or is not there.</summary>
    public const string BadLock = "CSN2174";

    /// <summary>Something is not what the lock file says.</summary>
    public const string NotAsLocked = "CSN2175";

    // 2150 to 2169: attestations and signatures

    /// <summary>An export has no place for what is said of the image.</summary>
    public const string NoPlaceForAttestations = "CSN2150";

    /// <summary>A key cannot be read, or is none that can be used here.</summary>
    public const string KeyUnusable = "CSN2151";

    /// <summary>Nothing is said of an image that could be verified.</summary>
    public const string NotAttested = "CSN2152";

    /// <summary>No signature of an attestation is of the key.</summary>
    public const string SignatureWrong = "CSN2153";

    /// <summary>A signed attestation is about something else than the image that it is kept with.</summary>
    public const string OtherSubject = "CSN2154";

    /// <summary>What is kept as an attestation cannot be read as one.</summary>
    public const string AttestationUnreadable = "CSN2155";

    /// <summary>A build that was done twice came to two results, for a step that did not do the same again.</summary>
    public const string NotReproducible = "CSN2160";

    /// <summary>A file is not the same in two builds.</summary>
    public const string FileDiffers = "CSN2161";

    /// <summary>A step failed when it was done once more.</summary>
    public const string RepetitionFailed = "CSN2162";

    /// <summary>The network answered steps otherwise when they were done once more.</summary>
    public const string AnswersDiffer = "CSN2163";

    /// <summary>A build context changed while a build was done more than once.</summary>
    public const string InputChanged = "CSN2164";

    // 2180 to 2189: bundles

    /// <summary>A build cannot be sealed in a bundle.</summary>
    public const string NotBundled = "CSN2180";

    /// <summary>A bundle is damaged, or none.</summary>
    public const string BadBundle = "CSN2181";

    /// <summary>A step of a build that is repeated asks for something that was not recorded.</summary>
    public const string NotInBundle = "CSN2182";

    /// <summary>A build that is repeated comes to something else.</summary>
    public const string OtherResult = "CSN2183";

    /// <summary>The network of this process cannot be cut.</summary>
    public const string NetworkNotCut = "CSN2184";

    // 3xxx: the sandbox

    /// <summary>The program of a step failed.</summary>
    public const string StepFailed = "CSN3001";

    /// <summary>No OCI runtime is on this machine.</summary>
    public const string MissingRuntime = "CSN3002";

    /// <summary>A container cannot be set up on this machine.</summary>
    public const string SandboxUnusable = "CSN3003";

    /// <summary>The program of a step is not in the image.</summary>
    public const string ProgramNotFound = "CSN3004";

    /// <summary>A program of this machine that Caisson needs is missing.</summary>
    public const string MissingProgram = "CSN3005";

    /// <summary>The program of a step may not be executed.</summary>
    public const string ProgramNotExecutable = "CSN3006";

    /// <summary>A step requires a secret that the build was not given.</summary>
    public const string SecretMissing = "CSN3007";

    /// <summary>A secret that is no text was to become a variable.</summary>
    public const string SecretNotText = "CSN3008";

    /// <summary>A step requires an SSH agent that the build was not given.</summary>
    public const string SshAgentMissing = "CSN3009";

    /// <summary>The build has a RUN, and this process may not do what it takes to run a program.</summary>
    public const string ProgramsImpossible = "CSN3010";

    /// <summary>A program is to run as a user whose id is not there: root's is the only one.</summary>
    public const string IdMissing = "CSN3011";

    // 4xxx: registries and images

    /// <summary>A registry does not answer.</summary>
    public const string RegistryUnreachable = "CSN4001";

    /// <summary>A registry wants credentials, or refuses those it got.</summary>
    public const string RegistryUnauthorized = "CSN4002";

    /// <summary>There is no such image.</summary>
    public const string ImageNotFound = "CSN4003";

    /// <summary>A registry asks to be left alone for a while.</summary>
    public const string RegistryRateLimited = "CSN4004";

    /// <summary>A registry answered with an error.</summary>
    public const string RegistryFailed = "CSN4005";

    /// <summary>What came is not an image, or not the one that was asked for.</summary>
    public const string InvalidImage = "CSN4006";

    // 4007 to 4029: what is fetched over HTTP and from git

    /// <summary>A server of the web cannot be reached.</summary>
    public const string WebUnreachable = "CSN4007";

    /// <summary>A server of the web has no such file.</summary>
    public const string WebFileNotFound = "CSN4008";

    /// <summary>A server of the web wants credentials for a file, or gives it to no one.</summary>
    public const string WebFileRefused = "CSN4009";

    /// <summary>A server of the web failed.</summary>
    public const string WebFailed = "CSN4010";

    /// <summary>A fetched file is not the one that its checksum names.</summary>
    public const string ChecksumMismatch = "CSN4011";

    /// <summary>A server shows a certificate that is not trusted.</summary>
    public const string ServerUntrusted = "CSN4012";

    /// <summary>A server redirects to where must not be gone.</summary>
    public const string UnsafeRedirect = "CSN4013";

    /// <summary>A text that begins like an address of the web is none.</summary>
    public const string BadWebAddress = "CSN4014";

    /// <summary>A git repository cannot be reached.</summary>
    public const string GitUnreachable = "CSN4020";

    /// <summary>A git repository is not there.</summary>
    public const string GitNotFound = "CSN4021";

    /// <summary>A git repository wants credentials, or refuses those it got.</summary>
    public const string GitUnauthorized = "CSN4022";

    /// <summary>A git repository has no such branch, tag or commit.</summary>
    public const string GitReferenceNotFound = "CSN4023";

    /// <summary>A reference of a git repository stands for another commit than its checksum names.</summary>
    public const string GitChecksumMismatch = "CSN4024";

    /// <summary>A commit has no such directory.</summary>
    public const string GitDirectoryNotFound = "CSN4025";

    /// <summary>The submodules of a git repository cannot be fetched.</summary>
    public const string GitSubmodulesFailed = "CSN4026";

    /// <summary>A location of a git repository cannot be meant.</summary>
    public const string BadGitLocation = "CSN4027";

    /// <summary>A repository is spoken to by SSH, and no SSH agent was given to the build.</summary>
    public const string GitNeedsSsh = "CSN4028";

    /// <summary>Git failed.</summary>
    public const string GitFailed = "CSN4029";

    // 4030 to 4049: how registries are used

    /// <summary>An image has a manifest of a form that is no longer read.</summary>
    public const string ObsoleteImageFormat = "CSN4030";

    /// <summary>A registry lacks a layer whose manifest names other addresses for it.</summary>
    public const string ForeignLayer = "CSN4031";

    /// <summary>Something would have been fetched or sent, and the network is not to be used.</summary>
    public const string Offline = "CSN4032";

    /// <summary>The configuration of registries blocks one.</summary>
    public const string RegistryBlocked = "CSN4033";

    /// <summary>The configuration of registries cannot be read.</summary>
    public const string BadRegistryConfiguration = "CSN4034";

    /// <summary>A registry does not take a user name and password.</summary>
    public const string LoginFailed = "CSN4035";

    /// <summary>The place where credentials are kept cannot be read or written.</summary>
    public const string CredentialStoreFailed = "CSN4036";

    /// <summary>An image is not on this machine, and registries are not to be asked for it.</summary>
    public const string ImageNotLocal = "CSN4037";

    /// <summary>A registry cannot do what it is asked for.</summary>
    public const string RegistryUnsupported = "CSN4038";

    // 4050 to 4079: copying, editing and looking at images

    /// <summary>A file that holds one image for one platform was to take more, or something else.</summary>
    public const string PlaceHoldsOneImage = "CSN4050";

    /// <summary>An image is not there for a platform that was asked for.</summary>
    public const string PlatformNotInImage = "CSN4051";

    /// <summary>A place names parts of an image that it does not have.</summary>
    public const string ImageIncomplete = "CSN4052";

    /// <summary>A copy would have another digest, which was forbidden.</summary>
    public const string DigestWouldChange = "CSN4053";

    /// <summary>A format of manifests has no word for something in the image.</summary>
    public const string FormatLacksWord = "CSN4054";

    /// <summary>An image does not stand on the base that was named.</summary>
    public const string OtherBase = "CSN4055";

    /// <summary>Nothing says what the base of an image is.</summary>
    public const string BaseUnknown = "CSN4056";

    /// <summary>What was to become a layer is no archive of files.</summary>
    public const string NotALayer = "CSN4057";

    /// <summary>An index would name two images for one platform.</summary>
    public const string PlatformTwice = "CSN4058";

    /// <summary>An index is needed, and there is something else.</summary>
    public const string NotAnIndex = "CSN4059";

    /// <summary>An index has no such entry.</summary>
    public const string NoSuchIndexEntry = "CSN4060";

    /// <summary>An artifact of another kind stands where an image is needed.</summary>
    public const string NotAnImage = "CSN4061";

    // 5xxx: the store

    /// <summary>The disk is full.</summary>
    public const string DiskFull = "CSN5001";

    /// <summary>The store cannot be used.</summary>
    public const string StoreUnusable = "CSN5002";

    /// <summary>Something that the store should hold is missing or damaged.</summary>
    public const string StoreDamaged = "CSN5003";

    /// <summary>A file cannot be read or written.</summary>
    public const string FileUnusable = "CSN5004";

    /// <summary>The daemon cannot listen at an address.</summary>
    public const string AddressUnusable = "CSN5005";

    /// <summary>The configuration of the daemon cannot be read.</summary>
    public const string BadDaemonConfiguration = "CSN5006";
}
