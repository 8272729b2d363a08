mkdir t; cd t; echo file > other; tar cf ../context/a.tar other
