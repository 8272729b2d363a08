mkdir -p t/d; cd t; echo a > a; echo b > d/b; tar cf ../context/a.tar .
