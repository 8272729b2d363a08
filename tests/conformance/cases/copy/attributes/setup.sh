mkdir context/attrs; cd context/attrs; echo a > a; setfattr -n user.note -v value a; cp /bin/true ping; setcap cap_net_raw+ep ping; : > ping.txt
