mkdir t; echo x > t/x; tar -P -cf context/a.tar --transform='s,^t,/abs,' t/x
