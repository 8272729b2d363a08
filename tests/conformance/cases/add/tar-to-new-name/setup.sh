echo a > a; tar cf context/a.tar a
