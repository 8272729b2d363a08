mkdir t; cd t; ln -s ../../../etc up; tar cf ../context/a.tar up; 
