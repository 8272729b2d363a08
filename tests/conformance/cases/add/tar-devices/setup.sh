mkdir t; cd t; mknod null c 1 3; mknod loop b 7 0; mkfifo pipe; tar cf ../context/a.tar .
