mkdir -p t/d; cd t; echo a > a; echo b > d/b; chown 3:4 a; tar cf ../context/a.tar .
