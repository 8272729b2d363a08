mkdir served; echo a > a; tar cf served/context.tar a
