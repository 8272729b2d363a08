printf '\t FROM\tscratch\t\n\v\fLABEL\va=1\f\tb=2\v\n  \t\n\f\nENV\fA\vx \v y\t \nEXPOSE 1\f2\v3\nVOLUME\t/a\t\t/b\n' > Dockerfile
