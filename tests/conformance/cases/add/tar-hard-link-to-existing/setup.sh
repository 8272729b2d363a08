mkdir t; cd t; echo a > a; ln a b; mkdir c; ln a c/d; tar cf ../context/a.tar a b c/d
