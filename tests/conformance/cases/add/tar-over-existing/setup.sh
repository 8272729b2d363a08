mkdir -p t/dir/below; cd t; echo new > dir/beside; echo more > dir/below/more; chmod 0711 dir; chown 9:9 dir; echo f > file; tar cf ../context/a.tar .
