mkdir context/special; cd context/special; mkfifo pipe; mknod null c 1 3; echo x > x
