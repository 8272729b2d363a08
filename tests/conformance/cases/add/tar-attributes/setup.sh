mkdir t; cd t; echo a > a; setfattr -n user.note -v value a; cp /bin/true ping; setcap cap_net_raw+ep ping; tar --xattrs --xattrs-include='*' -cf ../context/a.tar .
