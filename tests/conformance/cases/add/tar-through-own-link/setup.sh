mkdir t; cd t; ln -s /etc link; tar cf ../context/a.tar link; rm link; mkdir link; echo x > link/made; tar rf ../context/a.tar link/made
