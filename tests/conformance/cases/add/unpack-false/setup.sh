echo a > a; touch -d @1 a; tar --sort=name --mtime=@1 -cf context/a.tar a
