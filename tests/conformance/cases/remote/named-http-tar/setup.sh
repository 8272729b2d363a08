mkdir served t; echo x > t/x; tar cf served/a.tar -C t .
