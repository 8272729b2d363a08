git init -q -b main work; cd work
mkdir -p sub/deep; echo one > one; echo two > sub/two; echo deep > sub/deep/x; echo run > run; chmod 755 run; ln -s one link
git add -A; git commit -q -m first; git tag v1; git tag -a -m 'a tag' annotated
git checkout -q -b side; echo side > side; git add -A; git commit -q -m side
git checkout -q main; echo changed > one; git add -A; git commit -q -m second
cd ..; mkdir served; git clone -q --bare work served/repo.git
