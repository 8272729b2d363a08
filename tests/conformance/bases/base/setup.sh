cp "$(command -v busybox)" context/busybox
