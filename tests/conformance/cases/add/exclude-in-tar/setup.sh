echo a > a; echo b > b; tar cf context/a.tar a b
