mkdir t; cd t; touch .wh.beside; echo x > x; tar cf ../context/a.tar .wh.beside x
