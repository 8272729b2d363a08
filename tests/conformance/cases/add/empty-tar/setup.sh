mkdir t; tar cf context/empty.tar -C t .; 
