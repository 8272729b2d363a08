mkdir t; cd t; truncate -s 200K sparse; echo end >> sparse; tar -S -cf ../context/a.tar sparse
