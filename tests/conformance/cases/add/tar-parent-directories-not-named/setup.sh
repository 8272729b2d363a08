mkdir -p t/x/y; cd t; chmod 0700 x; echo f > x/y/f; tar cf ../context/a.tar x/y/f
