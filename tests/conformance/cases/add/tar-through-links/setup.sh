mkdir -p t/to-dir; cd t; echo x > to-dir/x; tar cf ../context/a.tar to-dir/x
