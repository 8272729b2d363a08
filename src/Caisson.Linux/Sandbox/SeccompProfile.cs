using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Caisson.Linux.Sandbox;

/// <summary>The system calls that a step may make: what Docker's default profile allows to a container without CAP_SYS_ADMIN.</summary>
/// <remarks>runtime-spec v1.0.2, config-linux.md, "Seccomp". A runtime skips names that its libseccomp does not know yet.</remarks>
internal static class SeccompProfile
{
    /// <summary>EPERM.</summary>
    public const int PermissionDenied = 1;

    private const int NotImplemented = 38; // ENOSYS

    // CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET: a clone that makes none of these namespaces is allowed.
    private const long NamespaceFlags = 0x7E020000;

    // linux/socket.h: the kernel's cryptography (38) and virtual machine (40) sockets stay closed.
    private const long CryptographySocket = 38;
    private const long VirtualMachineSocket = 40;

    // linux/personality.h: the execution domains that programs ask for; the last value only asks which one is set.
    private static readonly long[] Personalities = [0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF];

    private const string Files =
        """
        access chdir chmod chown chown32 chroot close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2
        fadvise64 fadvise64_64 arm_fadvise64_64 fallocate fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat
        fcntl fcntl64 fdatasync flock fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futimesat getcwd
        getdents getdents64 inotify_add_watch inotify_init inotify_init1 inotify_rm_watch ioctl lchown lchown32 link linkat
        listmount lseek _llseek lstat lstat64 mkdir mkdirat mknod mknodat name_to_handle_at newfstatat open openat openat2 pipe
        pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv rename renameat renameat2
        rmdir sendfile sendfile64 splice stat stat64 statfs statfs64 statmount statx symlink symlinkat sync sync_file_range
        arm_sync_file_range sync_file_range2 syncfs tee truncate truncate64 umask unlink unlinkat utime utimensat
        utimensat_time64 utimes vmsplice write writev
        fgetxattr flistxattr fremovexattr fsetxattr getxattr getxattrat lgetxattr listxattr listxattrat llistxattr lremovexattr
        lsetxattr removexattr removexattrat setxattr setxattrat
        """;

    private const string Processes =
        """
        alarm arch_prctl breakpoint capget capset execve execveat exit exit_group fork get_robust_list get_thread_area getcpu
        getpgid getpgrp getpid getppid getpriority getsid gettid ioprio_get ioprio_set kill landlock_add_rule
        landlock_create_ruleset landlock_restrict_self modify_ldt pause pidfd_open pidfd_send_signal prctl prlimit64
        process_mrelease process_vm_readv process_vm_writev ptrace restart_syscall riscv_hwprobe rseq rt_sigaction rt_sigpending
        rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo
        sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler
        sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler
        sched_yield seccomp set_robust_list set_thread_area set_tid_address set_tls setpgid setpriority setsid sigaltstack
        signalfd signalfd4 sigprocmask sigreturn tgkill tkill uretprobe vfork wait4 waitid waitpid
        getrlimit getrusage setrlimit ugetrlimit
        getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getresgid getresgid32 getresuid getresuid32
        getuid getuid32 setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setregid setregid32
        setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setuid setuid32
        """;

    private const string MemoryAndWaiting =
        """
        brk cacheflush cachestat madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall mmap
        mmap2 mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect remap_file_pages
        epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2
        futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake io_cancel io_destroy io_getevents io_pgetevents
        io_pgetevents_time64 io_setup io_submit poll ppoll ppoll_time64 pselect6 pselect6_time64 select _newselect
        """;

    private const string Messages =
        """
        accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg recvmmsg_time64 recvmsg send
        sendmmsg sendmsg sendto setsockopt shutdown socketcall socketpair
        ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink
        msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget
        """;

    private const string TimeAndSystem =
        """
        adjtimex clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep
        clock_nanosleep_time64 getitimer gettimeofday nanosleep setitimer time timer_create timer_delete timer_getoverrun
        timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64
        timerfd_settime timerfd_settime64 times getrandom sysinfo uname
        """;

    /// <summary>The processors whose programs this machine's kernel can run, its own first, as libseccomp names them.</summary>
    public static ImmutableArray<string> Architectures { get; } = RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => ["x86_64", "x86", "x32"],
        Architecture.Arm64 => ["aarch64", "arm"],
        Architecture other => [other.ToString().ToLowerInvariant()],
    };

    /// <summary>What is allowed. All else fails with <see cref="PermissionDenied"/>.</summary>
    public static ImmutableArray<SeccompRule> Rules { get; } =
    [
        new(Names(Files, Processes, MemoryAndWaiting, Messages, TimeAndSystem)),
        new(["clone"]) { Condition = new(SeccompComparison.MaskedEqual, NamespaceFlags) },
        // Programs fall back from clone3 to clone, whose flags can be looked at, only on this error.
        new(["clone3"]) { ErrorNumber = NotImplemented },
        new(["socket"]) { Condition = new(SeccompComparison.Less, CryptographySocket) },
        new(["socket"]) { Condition = new(SeccompComparison.Equal, CryptographySocket + 1) },
        new(["socket"]) { Condition = new(SeccompComparison.Greater, VirtualMachineSocket) },
        .. Personalities.Select(static personality => new SeccompRule(["personality"]) { Condition = new(SeccompComparison.Equal, personality) }),
    ];

    /// <summary>Writes the profile as the value of <c>linux.seccomp</c>.</summary>
    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("defaultAction", "SCMP_ACT_ERRNO");
        json.WriteNumber("defaultErrnoRet", PermissionDenied);
        json.WriteStartArray("architectures");
        foreach (string architecture in Architectures)
            json.WriteStringValue("SCMP_ARCH_" + architecture.ToUpperInvariant());
        json.WriteEndArray();
        json.WriteStartArray("syscalls");
        foreach (SeccompRule rule in Rules)
            Write(json, rule);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static ImmutableArray<string> Names(params string[] groups) =>
        [.. groups.SelectMany(static g => g.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))];

    private static void Write(Utf8JsonWriter json, SeccompRule rule)
    {
        json.WriteStartObject();
        json.WriteStartArray("names");
        foreach (string name in rule.Names)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteString("action", rule.ErrorNumber is null ? "SCMP_ACT_ALLOW" : "SCMP_ACT_ERRNO");
        if (rule.ErrorNumber is { } number)
            json.WriteNumber("errnoRet", number);
        if (rule.Condition is { } condition)
        {
            json.WriteStartArray("args");
            json.WriteStartObject();
            json.WriteNumber("index", 0);
            json.WriteNumber("value", condition.Value);
            json.WriteNumber("valueTwo", 0);
            json.WriteString("op", NameOf(condition.Comparison));
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static string NameOf(SeccompComparison comparison) => comparison switch
    {
        SeccompComparison.Less => "SCMP_CMP_LT",
        SeccompComparison.Equal => "SCMP_CMP_EQ",
        SeccompComparison.Greater => "SCMP_CMP_GT",
        _ => "SCMP_CMP_MASKED_EQ",
    };
}
